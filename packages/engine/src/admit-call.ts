import { FlotillaError, type Admission, type ModelRequest } from "@flotilla/core";
import { estimateCall } from "./model-request.ts";
import type { Segment } from "./segment.ts";

/**
 * Waits until a call of a step may be made: the step's own, or one that it needs before. A wait is
 * visible as a state of the step. Whoever is let through must `settle` the admission.
 *
 * @param place null for a call beside the steps, whose wait is not told
 */
export async function admitCall(
  segment: Segment,
  place: { step: number; attempt: number } | null,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Admission> {
  const { journal, parts, priority, interactive } = segment;
  const { run } = journal;
  let told = false;
  const admission = await parts.capacity.admit({
    ...parts.models.bucket(request.model),
    organisation: run.organisation,
    batchId: run.batchId,
    runId: run.runId,
    priority,
    interactive,
    estimate: estimateCall(segment, request),
    // A worker that drains does not wait for capacity: the run's next segment does.
    signal: AbortSignal.any([signal, segment.pause.signal]),
    onWait(wait) {
      if (!place) return;
      told = true;
      // Nothing acts on it: should the append be refused, the segment ends where it commits next.
      void journal.commit({ type: "step.waiting", ...place, for: wait }).catch(() => undefined);
    },
  });
  if (told && place) journal.stage({ type: "step.admitted", ...place, waited: admission.waited });
  if (told) void journal.commit().catch(() => undefined);
  if (signal.aborted) {
    admission.settle({ usage: null, costMicros: null });
    throw signal.reason instanceof FlotillaError
      ? signal.reason
      : new FlotillaError("cancelled", "The model call was cancelled.");
  }
  return admission;
}
