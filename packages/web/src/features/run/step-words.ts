import { messageText, type ModelStep, type Run } from "@flotilla/core";
import { createContext, useContext, useSyncExternalStore } from "react";

/** What a model has said in a step. */
export interface Words {
  text: string;
  reasoning: string;
}

/**
 * The words of the steps under way, newer than the run that a page has: a piece of text is news to what shows that text and
 * to nothing else.
 */
export interface LiveWords {
  subscribe(listener: () => void): () => void;
  /** The same object until its step has something new. */
  stepOf(step: number): ModelStep | undefined;
}

/** Of the run that is shown; null in its past. */
export const LiveWordsScope = createContext<LiveWords | null>(null);

/** A step's words: what has arrived by now, or the whole once it is complete. Renders again as they come. */
export function useStepWords(step: ModelStep): Words {
  const live = useContext(LiveWordsScope);
  const isComing = live !== null && step.status === "running";
  const newest = useSyncExternalStore(isComing ? live.subscribe : never, () =>
    isComing ? (live.stepOf(step.step) ?? step) : step,
  );
  return wordsOf(newest);
}

const never = () => () => undefined;

/** A step's words as the run has them. */
export function wordsOf(step: ModelStep): Words {
  if (!step.message) return { text: step.partialText, reasoning: step.partialReasoning };
  const reasoning = step.message.content
    .map((part) => (part.type === "reasoning" ? part.text : ""))
    .join("");
  return { text: messageText(step.message), reasoning };
}

export function modelStepOf(run: Run | undefined, number: number): ModelStep | undefined {
  return run?.steps.findLast(
    (step): step is ModelStep => step.kind === "model" && step.step === number,
  );
}
