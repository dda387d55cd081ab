import { toFlotillaError, type EventData } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** Takes the events that wait outside into the journal, before the run's next step. */
export async function takeOutside({ journal, parts }: Segment): Promise<void> {
  const { runId } = journal.run;
  journal.hasOutside = false;
  for (const waiting of await parts.store.runs.outsideEvents(runId)) {
    const event = placed(waiting.event, journal.run.stepCount);
    try {
      journal.stageOutside({ ...waiting, event });
    } catch (thrown) {
      const { message } = toFlotillaError(thrown);
      parts.log.warn({ runId, event: event.type, reason: message }, "an event came too late");
      await parts.store.runs.dropOutside(runId, waiting.id);
    }
  }
  await journal.commit();
}

/** A message comes after the steps that there are by now. */
function placed(event: EventData, step: number): EventData {
  return event.type === "message.added" ? { ...event, step } : event;
}

/**
 * Pauses the run, if it is still wanted.
 *
 * @returns whether it waits now
 */
export async function pause(segment: Segment): Promise<boolean> {
  const { journal, parts } = segment;
  const [request] = await parts.store.runs.steerRequests([journal.run.runId]);
  if (!request?.pause) {
    journal.pauseRequested = false;
    if (!segment.draining() && !segment.stop.signal.aborted) segment.pause = new AbortController();
    return false;
  }
  const { by, reason } = request.pause;
  await journal.commit({
    type: "run.waiting",
    for: { kind: "paused", by, ...(reason !== null && { reason }) },
  });
  return true;
}
