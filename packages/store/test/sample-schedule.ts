import {
  agentSpecSchema,
  newId,
  planStart,
  scheduleSpecSchema,
  scheduleValues,
  type DueSchedule,
  type DueStart,
  type PlannedStart,
  type Schedule,
  type ScheduleSpecInput,
  type ScheduleStart,
  type ScheduleTurn,
} from "@flotilla/core";
import type { Store } from "../src/open-store.ts";

const scheduledAgent = "scheduled";

/** A schedule of an agent that is there; it is due once a year. */
export async function applySchedule(
  store: Store,
  more: Partial<ScheduleSpecInput> = {},
): Promise<Schedule> {
  const agent = agentSpecSchema.parse({ name: scheduledAgent, model: "p/m" });
  await store.agents.apply(agent, newId("agt"));
  const id = newId("sch");
  const spec = scheduleSpecSchema.parse({
    name: `s-${id.slice(-12)}`,
    when: { cron: "@yearly" },
    start: { kind: "run", agent: scheduledAgent, input: { text: "for {{schedule.dueAt}}" } },
    ...more,
  });
  return store.schedules.apply({ id, spec });
}

export async function plan(schedule: DueSchedule, start: DueStart): Promise<PlannedStart> {
  const { spec, organisation, environment } = schedule;
  return planStart(spec.start, start.agent, {
    values: scheduleValues(spec, start.dueAt, start.last),
    name: spec.name,
    organisation,
    environment,
    newId: (prefix) => newId(prefix),
  });
}

/** Gives schedules their turn until none is waiting for it. */
export async function turnAll(store: Store): Promise<ScheduleTurn[]> {
  const turns: ScheduleTurn[] = [];
  for (;;) {
    const turn = await store.schedules.turn(plan, []);
    if (!turn) return turns;
    turns.push(turn);
    for (const one of turn.cancel) {
      if ("runId" in one) await store.runs.cancel(one.runId, "schedule");
      else await store.batches.cancel(one.batchId);
    }
  }
}

/** As if the schedule had last been looked at so long ago. */
export async function lookedAt(store: Store, { id }: Schedule, next: string): Promise<void> {
  await store.pool.query("UPDATE schedule SET next_due_at = $2, wake_at = $2 WHERE id = $1", [
    id,
    next,
  ]);
}

export function starts(store: Store, { name }: Schedule): Promise<ScheduleStart[]> {
  return store.schedules.starts(name, { limit: 10_000 });
}
