import { z } from "zod";
import { FlotillaError } from "./error.ts";
import type { QuestionForm } from "./interrupt.ts";
import { jsonSchema, type Json } from "./json.ts";

/** What a call asks a person before it can end. */
export interface CallQuestion {
  /** Tells it from other questions of the same call. */
  key: string;
  prompt: string;
  form: QuestionForm;
}

/** What a person said to questions of a call: it is made again with that. */
export const givenInputSchema = z.object({
  /** By the question's key; null: he did not want to answer. */
  answers: z.record(z.string(), z.object({ value: jsonSchema }).nullable()),
  /** What the call said that it needs to go on from where it was. */
  state: jsonSchema,
});
export type GivenInput = z.infer<typeof givenInputSchema>;

/**
 * Thrown by a tool whose call cannot end before a person has answered. The run waits, and the call is made again, with
 * the answers in `ToolContext.given`. It ends with `tool_failed` where nobody can be asked.
 */
export class InputNeeded extends FlotillaError {
  readonly questions: readonly CallQuestion[];
  /** Kept for the next try. */
  readonly state: Json;

  constructor(questions: readonly CallQuestion[], state: Json) {
    const asked = questions.map(({ prompt }) => prompt).join(" ");
    super("tool_failed", `The call needs an answer first: ${asked}`);
    this.questions = questions;
    this.state = state;
  }
}
