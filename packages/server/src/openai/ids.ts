import { FlotillaError } from "@flotilla/core";

/** Ids of another protocol name our runs: what a client has in hand leads to the journal. */
export function outerId(prefix: "chatcmpl" | "resp" | "msg" | "rs" | "fc", runId: string): string {
  return `${prefix}_${runId.slice("run_".length)}`;
}

/** The run of a response. Throws `not_found`. */
export function runOfResponse(responseId: string): string {
  const [, tail] = /^resp_([0-9a-z]{26})$/.exec(responseId) ?? [];
  if (tail !== undefined) return `run_${tail}`;
  throw new FlotillaError("not_found", `There is no response ${responseId.slice(0, 100)}.`);
}

/** A call as its caller knows it: of one conversation, no two are the same. */
export function outerCallId(runId: string, callId: string): string {
  return `call_${runId.slice(-10)}_${callId}`;
}

/** Our own id of such a call; undefined for any other text. */
export function innerCallId(callId: string): string | undefined {
  return /^call_[0-9a-z]{10}_(c\d+-\d+)$/.exec(callId)?.[1];
}
