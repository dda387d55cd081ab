import {
  childTraceParent,
  FlotillaError,
  type LimitSignal,
  type ModelPart,
  type ModelRequest,
} from "@flotilla/core";
import type { DeltaWriter } from "./delta-writer.ts";
import { wallTimeError, wallTimeLeft } from "./next-action.ts";
import { readImages } from "./read-images.ts";
import type { Segment } from "./segment.ts";

export type Completed = Extract<ModelPart, { type: "completed" }> & {
  firstTokenMs: number | null;
};

/** What setTimeout takes. */
const longestTimerMs = 2 ** 31 - 1;
/** The time that is left stands still while a call waits for its turn; it is not looked at more often. */
const betweenLooksMs = 50;

/** Does `work` with a signal that ends it when the segment stops or the run's wall time is over. */
export async function withinWallTime<T>(
  { parts, journal, spec, stop }: Segment,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const abort = () => deadline.abort(stop.signal.reason);
  if (stop.signal.aborted) abort();
  stop.signal.addEventListener("abort", abort, { once: true });
  const left = () => wallTimeLeft(journal.run, spec, parts.clock.now());
  let timer = setTimeout(look, Math.min(left(), longestTimerMs));
  function look(): void {
    const leftMs = left();
    if (leftMs <= 0) deadline.abort(wallTimeError(spec));
    // A wait for its turn has held the time up.
    else timer = setTimeout(look, Math.min(Math.max(leftMs, betweenLooksMs), longestTimerMs));
  }
  try {
    return await work(deadline.signal);
  } catch (error) {
    const { reason } = deadline.signal as { reason: unknown };
    if (!(reason instanceof FlotillaError)) throw error;
    const usage = error instanceof FlotillaError ? error.usage : undefined;
    throw usage ? reason.withUsage(usage, (error as FlotillaError).usageEstimated) : reason;
  } finally {
    clearTimeout(timer);
    stop.signal.removeEventListener("abort", abort);
  }
}

/**
 * Streams one call to its end; known secrets are taken out of the answer. `heard` is told of the
 * provider's limits once it answers.
 */
export async function callModel(
  { parts, journal }: Segment,
  request: ModelRequest,
  deltas: Pick<DeltaWriter, "push">,
  heard: (signal: LimitSignal) => void,
  signal: AbortSignal,
): Promise<Completed> {
  const begun = parts.clock.now();
  let firstTokenMs: number | null = null;
  let isHeard = false;
  const traceParent = childTraceParent(journal.run.traceId, parts.random);
  const images = await readImages(parts, request);
  const call = { ...request, traceParent, ...(images && { images }) };
  for await (const part of parts.models.stream(call, signal)) {
    // An answer without a word of limits tells something too.
    if (!isHeard) heard(part.type === "limits" ? part.signal : {});
    isHeard = true;
    if (part.type === "limits") continue;
    firstTokenMs ??= parts.clock.now() - begun;
    if (part.type === "completed") {
      return { ...part, message: parts.redact.json(part.message), firstTokenMs };
    }
    deltas.push(part.type, part.text);
  }
  throw new FlotillaError("model_stream_broken", "The stream ended without an answer.", {
    transient: true,
  });
}
