import type { EffectAnswer, Json } from "@flotilla/core";

/** The form as it stands. */
export interface AnswerDraft {
  action: EffectAnswer["action"];
  /** JSON text. */
  output: string;
  reason: string;
}

/** The answer a draft makes; undefined while it is not complete. */
export function effectAnswer({ action, output, reason }: AnswerDraft): EffectAnswer | undefined {
  if (action === "redo") return { action };
  if (action === "fail") return reason.trim() ? { action, reason: reason.trim() } : undefined;
  try {
    return { action, output: JSON.parse(output) as Json };
  } catch {
    return undefined;
  }
}
