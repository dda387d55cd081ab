import {
  askedCall,
  reduce,
  type AskedCall,
  type Event,
  type Json,
  type Run,
  type ToolPort,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/** A call of a real run, as rules judged it. */
export interface PastCall {
  callId: string;
  call: AskedCall;
  /** When the run asked for it. */
  at: string;
}

const eventsAtATime = 1_000;
/** A longer journal is read so far. */
const mostEvents = 50_000;

/**
 * The calls that a run has asked for, each as the run stood at that moment: what it had read, what it had spent. Of a
 * fork only those that are its own.
 */
export async function askedCalls(
  store: Pick<StoreView, "journal">,
  tools: Pick<ToolPort, "list" | "destinations">,
  runId: string,
): Promise<{ run: Run | undefined; calls: PastCall[] }> {
  let run: Run | undefined;
  let calls = new Map<string, PastCall>();
  for (let read = 0, after = 0; read < mostEvents;) {
    const events = await store.journal.read(runId, after, eventsAtATime);
    for (const event of events) {
      const asked = callOf(event);
      if (run && asked && !calls.has(asked.callId)) {
        const call = askedCall(run, asked, tools, Date.parse(event.at));
        calls.set(asked.callId, { callId: asked.callId, call, at: event.at });
      }
      run = reduce(run, event);
      if (event.type === "run.forked") calls = new Map();
    }
    read += events.length;
    after = events.at(-1)?.seq ?? after;
    if (events.length < eventsAtATime) break;
  }
  return { run, calls: [...calls.values()] };
}

/** What the event says of a call that is asked for, whatever became of it. */
function callOf(event: Event): { callId: string; tool: string; input: Json } | undefined {
  switch (event.type) {
    case "effect.intended":
      return event;
    case "interrupt.raised":
      return event.kind === "approval" ? event : undefined;
    case "child.started": {
      const { callId, tool, input } = event;
      return tool === undefined ? undefined : { callId, tool, input };
    }
    default:
      return undefined;
  }
}
