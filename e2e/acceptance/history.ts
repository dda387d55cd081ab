import type { Client } from "@flotilla/api";
import { fold, type Event, type ModelStep, type Run, type ToolStep } from "@flotilla/core";

/** A run as its journal tells it, read through the API. */
export interface History {
  runId: string;
  row: number;
  events: Event[];
  /** What the events fold into: that they do is part of the proof. */
  run: Run;
}

const readersAtOnce = 16;

/** The histories of all runs of a batch, by row. Throws when a journal cannot be folded. */
export async function readHistories(client: Client, batchId: string): Promise<History[]> {
  const runIds = await runsOf(client, batchId);
  const histories: History[] = [];
  async function read(): Promise<void> {
    for (let runId = runIds.pop(); runId !== undefined; runId = runIds.pop()) {
      const events = await readEvents(client, runId);
      const run = fold(events);
      histories.push({ runId, row: run.row ?? 0, events, run });
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, read));
  return histories.toSorted((a, b) => a.row - b.row);
}

/** Every run of the batch: were a row run twice, it would be here twice. */
async function runsOf(client: Client, batchId: string): Promise<string[]> {
  const runIds: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await client.runs.list({ batchId, limit: 1_000, ...(cursor && { cursor }) });
    runIds.push(...page.items.map(({ runId }) => runId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return runIds;
}

/** The whole journal of a run. */
export async function readEvents(client: Client, runId: string): Promise<Event[]> {
  const events: Event[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page = await client.runs.events(runId, { after, limit: 1_000 });
    events.push(...page.items);
    after = page.nextAfter;
  }
  return events;
}

export function modelSteps(run: Run): ModelStep[] {
  return run.steps.filter((step) => step.kind === "model");
}

export function toolSteps(run: Run): ToolStep[] {
  return run.steps.filter((step) => step.kind === "tool");
}

/** Events of a type. */
export function eventsOf<T extends Event["type"]>(
  events: readonly Event[],
  type: T,
): Extract<Event, { type: T }>[] {
  return events.filter((event) => event.type === type) as Extract<Event, { type: T }>[];
}
