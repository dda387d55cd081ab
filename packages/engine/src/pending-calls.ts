import type { Run, ToolCallPart, ToolStep } from "@flotilla/core";
import type { Action } from "./action.ts";
import { blame, isToBlame } from "./blame-call.ts";

const isOpen: ReadonlySet<ToolStep["status"]> = new Set(["approved", "intended", "retrying"]);

/** What has to be done about these calls of tools before the run goes on; undefined when all are settled. */
export function pendingCalls(
  run: Run,
  calls: readonly ToolCallPart[],
): Exclude<Action, { kind: "call_model" }> | undefined {
  const wanted = new Set(calls.map(({ callId }) => callId));
  const made = run.steps.filter(
    (one): one is ToolStep => one.kind === "tool" && wanted.has(one.callId),
  );
  const known = new Set(made.filter((one) => !isLeft(run, one)).map(({ callId }) => callId));
  const fresh = calls.filter(({ callId }) => !known.has(callId));
  const unsettled = made.filter(({ status }) => isOpen.has(status));
  const open = unsettled.filter((call) => !isToBlame(call));
  if (fresh.length > 0 || open.length > 0) return { kind: "call_tools", fresh, open };
  const [culprit] = unsettled;
  if (culprit) return { kind: "fail", error: blame(culprit).toRecord() };
  if (run.interrupts.length > 0) {
    return { kind: "ask_person", interruptIds: run.interrupts.map((one) => one.interruptId) };
  }
  const children = run.children.filter(
    ({ status, callId }) => status === "open" && wanted.has(callId),
  );
  if (children.length === 0) return undefined;
  return { kind: "wait_for_children", runIds: children.map(({ childId }) => childId) };
}

/** A proposed call that nobody is asked about any more: its run is a copy of the one that asked. */
function isLeft(run: Run, { callId, status }: ToolStep): boolean {
  const isAsked = run.interrupts.some((one) => "callId" in one && one.callId === callId);
  return status === "proposed" && !isAsked;
}
