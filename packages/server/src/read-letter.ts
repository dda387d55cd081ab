import type { DeadLetterDetail } from "@flotilla/api";
import type { DeadLetter } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { readRun } from "./read-run.ts";

/** So many events tell what came right before the end. */
const lastEvents = 20;

/** A letter with what came before it. That it is the caller's was asked before. */
export async function readLetter(
  store: Pick<StoreView, "journal" | "deadLetters">,
  letter: DeadLetter,
): Promise<DeadLetterDetail> {
  const { runId, batchId, row } = letter;
  if (runId === null) {
    const badRow = await store.deadLetters.row(batchId ?? "", row ?? 0);
    return { ...letter, attempts: null, retries: 0, events: [], badRow };
  }
  const { run, events } = await readRun(store, runId);
  const last = run.steps.findLast((step) => step.kind === "model" || step.kind === "tool");
  const isOpen = last && last.status !== "completed" && last.status !== "done";
  return {
    ...letter,
    attempts: isOpen ? last.attempts.length : null,
    retries: events.filter((event) => event.type === "run.retried").length,
    events: events.slice(-lastEvents),
    badRow: null,
  };
}
