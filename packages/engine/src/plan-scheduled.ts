import {
  decide,
  FlotillaError,
  newId,
  planStart,
  scheduleValues,
  type AccessRule,
  type Caller,
  type Clock,
  type DueSchedule,
  type DueStart,
  type PlannedStart,
} from "@flotilla/core";

export interface ScheduledParts {
  accessRules: { of(organisation: string): Promise<readonly AccessRule[]> };
  clock: Clock;
}

/**
 * The start of a due time. Throws `forbidden` when the access rules, as they are now, keep the agent from who
 * wrote the schedule, and what `planStart` throws.
 */
export async function planScheduled(
  { accessRules, clock }: ScheduledParts,
  schedule: DueSchedule,
  { dueAt, agent, last }: DueStart,
): Promise<PlannedStart> {
  const { spec, organisation, environment, startedBy, user } = schedule;
  if (startedBy) {
    const caller: Caller = { ...startedBy, organisation, environment, instance: false };
    const rules = await accessRules.of(organisation);
    const { allowed, reason } = decide(caller, "agents.run", rules, agent.name);
    if (!allowed) {
      const message = `${startedBy.name}, who wrote the schedule, may not run ${agent.name}: ${reason}.`;
      throw new FlotillaError("forbidden", message, {
        remedy: "Somebody who may run the agent applies the schedule, or an access rule allows it.",
      });
    }
  }
  const labels = { ...spec.labels, schedule: spec.name };
  return planStart(spec.start, agent, {
    values: scheduleValues(spec, dueAt, last),
    name: `${spec.name} {{schedule.date}} {{schedule.time}}`,
    priority: spec.priority,
    labels,
    organisation,
    environment,
    ...(startedBy && { startedBy }),
    ...(user !== undefined && { user }),
    newId: (prefix) => newId(prefix, clock.now()),
  });
}
