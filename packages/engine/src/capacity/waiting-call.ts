import type {
  Admission,
  CapacityRequest,
  DimensionUnits,
  WaitCause,
  Waited,
  WaitingCalls,
} from "@flotilla/core";
import { FairQueue, type Ticket } from "./fair-queue.ts";

/** Whoever waits for a person is served so much more often than a batch of the same organisation. */
const interactiveWeight = 20;
/** Two steps of priority double a flow's share. */
const priorityBase = Math.SQRT2;
const usualPriority = 5;

/** A call in the queue of a bucket. */
export interface WaitingCall {
  request: CapacityRequest;
  /** Monotonic. */
  since: number;
  /** The bucket's waits when it came. */
  waitsBefore: Waited;
  /** What is queued before it, in parts of a minute's limits. */
  ahead: number;
  /** What was told of its wait last. */
  told: { cause: WaitCause; expectedAt: number | null; at: number; times: number } | null;
  /** What it would take. */
  units: () => DimensionUnits;
  start: (admission: Admission) => void;
  refuse: (reason: unknown) => void;
}

/** Waiting calls in fair order, counted by who waits. */
export class CallQueue {
  readonly #queue = new FairQueue<WaitingCall>();
  readonly #counts = new Map<string, WaitingCalls>();
  /** In the order in which they came. */
  readonly #all = new Set<WaitingCall>();

  get size(): number {
    return this.#queue.size;
  }

  counts(): WaitingCalls[] {
    return [...this.#counts.values()].filter(({ calls }) => calls > 0);
  }

  all(): Iterable<WaitingCall> {
    return this.#all;
  }

  first(count: number): WaitingCall[] {
    return this.#queue.peek(count);
  }

  /** @param cost its largest part of a minute's limits */
  push(call: WaitingCall, cost: number): Ticket {
    const { organisation, interactive, batchId, runId, priority } = call.request;
    const place = [
      { key: organisation, weight: 1 },
      interactive ? { key: "interactive", weight: interactiveWeight } : { key: "batch", weight: 1 },
      { key: batchId ?? runId, weight: priorityBase ** (priority - usualPriority) },
    ];
    const ticket = this.#queue.push(place, call, cost);
    this.#all.add(call);
    this.#count(call, 1);
    return {
      remove: () => {
        if (!this.#all.delete(call)) return;
        ticket.remove();
        this.#count(call, -1);
      },
    };
  }

  pop(): WaitingCall | undefined {
    const call = this.#queue.pop();
    if (!call) return undefined;
    this.#all.delete(call);
    this.#count(call, -1);
    return call;
  }

  #count({ request: { organisation, interactive } }: WaitingCall, by: number): void {
    const key = `${organisation} ${interactive}`;
    const known = this.#counts.get(key);
    if (known) known.calls += by;
    else this.#counts.set(key, { organisation, interactive, calls: by });
  }
}
