import {
  newId,
  planStart,
  type Agent,
  type Clock,
  type PlannedStart,
  type StartContext,
  type StartTemplate,
} from "@flotilla/core";

/** What starting from a template needs of the platform. */
export interface StartTemplateParts {
  store: {
    agents: { get(name: string, version?: number): Promise<Agent> };
    /** Creates what was planned, in one transaction. */
    startPlanned(planned: PlannedStart): Promise<void>;
  };
  clock: Clock;
}

/**
 * Starts what a template means; when this resolves it is durable. Throws `not_found` without the agent,
 * `conflict` when it is archived, `invalid_request` when a place has nothing to stand for.
 */
export async function startFromTemplate(
  { store, clock }: StartTemplateParts,
  template: StartTemplate,
  context: Omit<StartContext, "newId">,
): Promise<{ runId: string } | { batchId: string }> {
  const agent = await store.agents.get(template.agent, template.version);
  const makeId: StartContext["newId"] = (prefix) => newId(prefix, clock.now());
  const planned = planStart(template, agent, { ...context, newId: makeId });
  await store.startPlanned(planned);
  return planned.kind === "run" ? { runId: planned.run.runId } : { batchId: planned.batch.id };
}
