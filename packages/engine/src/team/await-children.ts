import { FlotillaError, type ChildOutcome, type ChildState, type EventOf } from "@flotilla/core";
import { keepResult } from "../keep-result.ts";
import type { Segment } from "../segment.ts";
import { childRun } from "./start-child.ts";

/**
 * Makes the runs of children that are told of in the journal, and not made yet as far as this segment
 * knows. Those that are there already stay as they are; of a run that is being cancelled none is made.
 */
export async function createChildren(segment: Segment): Promise<void> {
  const { journal, begun, parts } = segment;
  const fresh = openChildren(segment).filter(({ childId }) => !begun.has(childId));
  if (fresh.length === 0) return;
  await journal.commit();
  const parent = { runId: journal.run.runId, epoch: journal.epoch };
  await parts.store.teams.createChildren(
    parent,
    fresh.map((child) => childRun(segment, child)),
  );
  for (const { childId } of fresh) begun.add(childId);
}

/**
 * Takes in what became of children that have ended, in one statement for all of them. When some of these
 * have not, the run waits for them as rows alone: with `any`, until a further one has ended.
 *
 * @returns whether the run waits now; its segment is over then
 */
export async function awaitChildren(
  segment: Segment,
  runIds: string[],
  any = false,
): Promise<boolean> {
  const { journal, parts } = segment;
  await createChildren(segment);
  const outcomes = await parts.store.teams.outcomes(runIds);
  for (const outcome of outcomes) journal.stage(await endOf(segment, outcome));
  const left = runIds.filter((id) => !outcomes.some(({ childId }) => childId === id));
  if (left.length === 0 || (any && outcomes.length > 0)) return false;
  await journal.commit({
    type: "run.waiting",
    for: { kind: "children", runIds: left, ...(any && { any }) },
  });
  return true;
}

function openChildren({ journal }: Segment): ChildState[] {
  return journal.run.children.filter(({ status }) => status === "open");
}

async function endOf(segment: Segment, outcome: ChildOutcome): Promise<EventOf<"child.ended">> {
  const child = openChildren(segment).find(({ childId }) => childId === outcome.childId);
  const { callId, agentName } = child as ChildState;
  const { error: _error, output, labels, ...rest } = outcome;
  const kept = await keepResult(segment, agentName, output, labels);
  const failure = outcome.status === "completed" ? undefined : failureOf(agentName, outcome);
  return { type: "child.ended", callId, ...rest, ...kept, ...(failure && { error: failure }) };
}

function failureOf(agentName: string, { childId, status, error }: ChildOutcome) {
  const why = error ? `: ${error.message}` : "";
  const message = `${agentName} did not do it: its run ${childId} was ${status}${why}`;
  const remedy = error?.remedy ?? undefined;
  return new FlotillaError("child_failed", message, remedy ? { remedy } : {}).toRecord();
}
