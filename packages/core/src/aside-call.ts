/**
 * Ids of calls that no model has asked for: a step of a plan that is a call, and a check that is made by a tool.
 * They are effects like any other, and no part of the conversation.
 */
export function planCallId(planStep: string, attempt: number): string {
  return `plan:${planStep}:${attempt}`;
}

/** The check at that place of the strategy's checks, of the answer of a model step. */
export function checkCallId(step: number, index: number): string {
  return `check:${step}:${index}`;
}

/** The check of what a step of a plan came to. */
export function planCheckCallId(planStep: string, attempt: number): string {
  return `check:${planStep}:${attempt}`;
}

export function isAsideCall(callId: string): boolean {
  return callId.startsWith("plan:") || callId.startsWith("check:");
}
