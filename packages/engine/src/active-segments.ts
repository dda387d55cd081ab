import type { AgentSpec, Clock, EngineStore } from "@flotilla/core";
import type { SegmentStore } from "./patient-store.ts";
import type { SegmentHost } from "./run-segment.ts";
import { requestPause, stopSegment, type Segment, type StopReason } from "./segment.ts";

/** Partial text is journaled this long after somebody asked to see it. */
const watchMs = 30_000;
const mostSpecs = 1_000;

/** The segments under way on a worker, and what they ask of it. */
export class ActiveSegments implements SegmentHost {
  readonly worker: string;
  readonly #store: SegmentStore;
  readonly #clock: Clock;
  readonly #segments = new Map<string, Segment>();
  readonly #watchedUntil = new Map<string, number>();
  readonly #specs = new Map<string, Promise<AgentSpec>>();
  readonly #lease: { readonly isHeld: boolean };
  #draining = false;

  constructor(
    worker: string,
    store: SegmentStore,
    clock: Clock,
    lease: { readonly isHeld: boolean } = { isHeld: true },
  ) {
    this.#lease = lease;
    this.worker = worker;
    this.#store = store;
    this.#clock = clock;
  }

  get size(): number {
    return this.#segments.size;
  }

  isHeld = (): boolean => this.#lease.isHeld;

  draining = (): boolean => this.#draining;

  watched = (runId: string): boolean => (this.#watchedUntil.get(runId) ?? 0) > this.#clock.now();

  /** Versions of agents never change, so they are read once. */
  spec = (agentId: string, version: number): Promise<AgentSpec> => {
    const key = `${agentId}@${version}`;
    const known = this.#specs.get(key);
    if (known) return known;
    if (this.#specs.size >= mostSpecs) this.#specs.clear();
    const spec = this.#store.agents.getVersion(agentId, version).then((agent) => agent.spec);
    spec.catch(() => this.#specs.delete(key));
    this.#specs.set(key, spec);
    return spec;
  };

  enter = (runId: string, segment: Segment): (() => void) => {
    this.#segments.set(runId, segment);
    return () => {
      if (this.#segments.get(runId) !== segment) return;
      this.#segments.delete(runId);
      this.#watchedUntil.delete(runId);
    };
  };

  watch(runId: string): void {
    if (this.#segments.has(runId)) this.#watchedUntil.set(runId, this.#clock.now() + watchMs);
  }

  /** There are messages for the run; it reads them at its next step. */
  mail(runId: string): void {
    const segment = this.#segments.get(runId);
    if (segment) segment.journal.hasMail = true;
  }

  stop(runId: string, reason: StopReason): void {
    const segment = this.#segments.get(runId);
    if (segment) stopSegment(segment, reason);
  }

  stopAll(reason: StopReason): void {
    for (const segment of this.#segments.values()) stopSegment(segment, reason);
  }

  /** From now on segments end at their next step boundary, and back-off sleeps end at once. */
  drain(): void {
    this.#draining = true;
    for (const segment of this.#segments.values()) segment.pause.abort();
  }

  /** Somebody wants the run to pause, or has an event for it. */
  steer(runId: string, wanted: "pause" | "outside"): void {
    const segment = this.#segments.get(runId);
    if (!segment) return;
    if (wanted === "outside") segment.journal.hasOutside = true;
    else requestPause(segment);
  }

  /** Stops or pauses the segments of whose runs people want that, for who was not told. */
  async heedRequests(runs: Pick<EngineStore["runs"], "steerRequests">): Promise<void> {
    if (this.#segments.size === 0) return;
    const requests = await runs.steerRequests([...this.#segments.keys()]);
    for (const { runId, cancel } of requests) {
      if (cancel) this.stop(runId, "cancel");
      else this.steer(runId, "pause");
    }
  }
}
