import { fold, type Event, type Run } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

const eventsPerRead = 1_000;

/** A run with its journal. That there is such a run, and for this caller, was asked before. */
export async function readRun(
  store: Pick<StoreView, "journal">,
  runId: string,
): Promise<{ run: Run; events: Event[] }> {
  const events: Event[] = [];
  for (;;) {
    const page = await store.journal.read(runId, events.at(-1)?.seq ?? 0, eventsPerRead);
    events.push(...page);
    if (page.length < eventsPerRead) return { run: fold(events), events };
  }
}
