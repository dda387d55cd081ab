import {
  answered,
  FlotillaError,
  fold,
  historyAfter,
  historyOfMessages,
  LruMap,
  neededHistory,
  noHistory,
  type Event,
  type History,
  type HistoryRef,
  type Run,
} from "@flotilla/core";

type ReadLineage = (runId: string, limit: number) => Promise<{ runId: string; events: Event[] }[]>;

type RunRef = Extract<HistoryRef, { kind: "run" }>;

/** Conversations that a worker keeps in memory, the ones used last. */
const mostKept = 64;
/** Runs that are read at once: one, and each time so many times more. */
const growth = 4;

/**
 * Reads what was said before a run from the journals of the runs it goes on from. A reference names the
 * event up to which a run counts, so that every worker at any time reads the same, and a conversation
 * that was read stays true. The next turn of a conversation reads one journal where the one before was
 * made on this worker; elsewhere it reads back to the last summary that stands for all before it.
 */
export class HistoryReader {
  readonly #read: ReadLineage;
  readonly #kept = new LruMap<string, History>(mostKept);

  constructor(read: ReadLineage) {
    this.#read = read;
  }

  /** Throws `not_found` when a run that it goes on from was deleted. */
  async before(run: Run): Promise<History> {
    const { history, input } = run;
    if (!history) return noHistory;
    if (history.kind === "messages") {
      return answered(historyOfMessages(history.messages), input.results);
    }
    return answered(await this.#upTo(history), input.results);
  }

  async #upTo(ref: RunRef): Promise<History> {
    const known = this.#kept.get(keyOf(ref));
    if (known) return known;
    const { runs, start } = await this.#collect(ref);
    let history = start;
    for (const run of runs.toReversed()) {
      history = historyAfter(run, answered(history, run.input.results));
    }
    this.#kept.set(keyOf(ref), history);
    return history;
  }

  /** The runs that are needed, newest first, and what was said before the oldest of them. */
  async #collect(ref: RunRef): Promise<{ runs: Run[]; start: History }> {
    const runs: Run[] = [];
    let next: HistoryRef | null = ref;
    let needed = Infinity;
    let page: { runId: string; events: Event[] }[] = [];
    for (let size = 1; next?.kind === "run" && needed >= 0;) {
      const known = this.#kept.get(keyOf(next));
      if (known) return { runs, start: known };
      if (page.length === 0) {
        page = await this.#read(next.runId, size);
        size *= growth;
      }
      const journal = page.shift();
      if (journal?.runId !== next.runId) throw gone(next.runId);
      const run = foldTo(journal.events, next);
      runs.push(run);
      needed = Math.min(needed - run.stepCount, needsBefore(run));
      next = run.history;
    }
    const start = next?.kind === "messages" ? historyOfMessages(next.messages) : noHistory;
    return { runs, start };
  }
}

/** A summary that covers steps of the run itself covers all that was before it; -1 then. */
function needsBefore(run: Run): number {
  const needed = neededHistory(run);
  return needed === 0 ? -1 : needed;
}

function foldTo(events: Event[], { runId, seq }: RunRef): Run {
  const counted = events.filter((event) => event.seq <= seq);
  if (counted.length === 0) throw gone(runId);
  return fold(counted);
}

function keyOf({ runId, seq }: RunRef): string {
  return `${runId}@${seq}`;
}

function gone(runId: string): FlotillaError {
  return new FlotillaError("not_found", `Run ${runId}, which this one goes on from, is gone.`, {
    remedy: "Begin a new conversation, or send what was said before as messages.",
  });
}
