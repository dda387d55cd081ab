import { takenEdit } from "@flotilla/core";
import type { Segment } from "../segment.ts";
import { planBounds } from "./take-plan.ts";

/**
 * Takes the edits that people have made of the plan meanwhile into the journal, each once: those that are there
 * already, because a worker died before it could forget them, are only forgotten.
 */
export async function takePlanEdits({ journal, parts, spec }: Segment): Promise<void> {
  const { runId } = journal.run;
  if (!journal.run.plan) return;
  const queued = await parts.store.plans.queued(runId);
  const last = queued.at(-1);
  if (!last) return;
  for (const edit of queued) {
    const { plan } = journal.run;
    if (!plan || edit.number <= plan.taken) continue;
    journal.stage(takenEdit(plan, edit, planBounds(journal.run, spec)));
  }
  await journal.commit();
  await parts.store.plans.taken(runId, last.number);
}
