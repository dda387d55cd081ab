import { fold, runAt, type Event, type Run } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

const eventsPerRead = 1_000;

/** A run with its journal. That there is such a run, and for this caller, was asked before. */
export async function readRun(
  store: Pick<StoreView, "journal">,
  runId: string,
): Promise<{ run: Run; events: Event[] }> {
  const events = await readJournal(store, runId);
  return { run: fold(events), events };
}

/** The run as it was at an event of its journal. Throws `not_found` before the first one. */
export async function readRunAt(
  store: Pick<StoreView, "journal">,
  runId: string,
  seq: number,
): Promise<Run> {
  return runAt(await readJournal(store, runId, seq), seq);
}

/** Events in order; those after `last` need not be among them. */
async function readJournal(
  store: Pick<StoreView, "journal">,
  runId: string,
  last = Infinity,
): Promise<Event[]> {
  const events: Event[] = [];
  for (let seq = 0; ;) {
    const page = await store.journal.read(runId, seq, eventsPerRead);
    events.push(...page);
    seq = events.at(-1)?.seq ?? 0;
    if (page.length < eventsPerRead || seq >= last) return events;
  }
}
