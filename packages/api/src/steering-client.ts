import type { RunSummary } from "@flotilla/core";
import type { CallPerform, RunPause, RunWrite } from "./steering.ts";
import type { Transport } from "./transport.ts";

/** What people do with a run beside cancelling and retrying it. */
export function steeringClient(http: Transport) {
  const path = (runId: string) => `/runs/${encodeURIComponent(runId)}`;
  const post = (at: string, json?: object) =>
    http.json<RunSummary>("POST", at, json === undefined ? {} : { json });
  return {
    /** It pauses before its next step. */
    pause: (runId: string, pause: RunPause = {}) => post(`${path(runId)}/pause`, pause),
    resume: (runId: string) => post(`${path(runId)}/resume`),
    /** Its model reads it at its next step. */
    say: (runId: string, text: string) => post(`${path(runId)}/messages`, { text }),
    /** Takes the model's turn in a pause. */
    write: (runId: string, turn: RunWrite) => post(`${path(runId)}/turns`, turn),
    /** Performs a call in the tool's place, in a pause. */
    perform: (runId: string, callId: string, call: CallPerform) =>
      post(`${path(runId)}/calls/${encodeURIComponent(callId)}`, call),
  };
}
