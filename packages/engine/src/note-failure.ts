import { defaultOrganisation, type ClaimedRun, type ErrorRecord, type Run } from "@flotilla/core";
import type { EngineParts } from "./segment.ts";

/** Tells of a run that has failed; `cause` is what was thrown, where something was. */
export function noteFailure(
  { errors }: Pick<EngineParts, "errors">,
  run: Pick<Run, "runId" | "organisation"> & { traceId?: string },
  { code, message }: ErrorRecord,
  cause?: unknown,
): void {
  const { runId, organisation, traceId } = run;
  const stack = cause instanceof Error ? cause.stack : undefined;
  errors?.take({ source: "run", organisation, code, message, runId, traceId, stack });
}

/** What is known of a run that cannot be folded. */
export function unfolded({ events }: ClaimedRun, runId: string) {
  const [first] = events;
  const organisation = (first?.type === "run.created" && first.organisation) || defaultOrganisation;
  return { runId, organisation };
}
