import type { TargetRequest } from "@flotilla/core";

/** A call of a run on a route, for tests. */
export function targetRequest(changed: Partial<TargetRequest> = {}): TargetRequest {
  return {
    name: "route/r",
    inputTokens: 1_000,
    needsTools: false,
    needsJson: false,
    needsVision: false,
    agentName: "agent",
    text: "Hello.",
    runId: "run_1",
    failed: [],
    ...changed,
  };
}
