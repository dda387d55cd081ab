import type { Interrupt, InterruptAnswering } from "@flotilla/api";
import { ApprovalForm } from "./approval-form.tsx";
import { EffectForm } from "./effect-form.tsx";
import { QuestionForm } from "./question-form.tsx";

interface AnswerFormProps {
  interrupt: Interrupt;
  hasKeys: boolean;
  isPending: boolean;
  onAnswer: (answer: InterruptAnswering) => void;
}

/** The answers that an interrupt of its kind takes. */
export function AnswerForm({ interrupt, ...props }: AnswerFormProps) {
  if (interrupt.kind === "effect_outcome") return <EffectForm {...props} />;
  if (interrupt.kind === "question") {
    return <QuestionForm form={interrupt.form ?? { kind: "text" }} {...props} />;
  }
  return <ApprovalForm interrupt={interrupt} {...props} />;
}
