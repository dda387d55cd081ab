import type { InterruptKind } from "@flotilla/core";
import { IconHandStop, IconHelpCircle, IconListCheck, IconQuestionMark } from "@tabler/icons-react";

/** What each kind of interrupt asks for, in a word or two. */
export const kindWords: Readonly<Record<InterruptKind, string>> = {
  approval: "Approval",
  question: "Question",
  plan_review: "Plan review",
  effect_outcome: "Unknown effect",
};

export const kindIcons = {
  approval: IconHandStop,
  question: IconHelpCircle,
  plan_review: IconListCheck,
  effect_outcome: IconQuestionMark,
} as const;
