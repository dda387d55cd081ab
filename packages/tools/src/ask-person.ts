import { questionFormSchema } from "@flotilla/core";
import { z } from "zod";
import { defineTool } from "./tool.ts";

/** Asks a person; the run waits for the reply, days if need be, and holds nothing meanwhile. */
export const askPerson = defineTool({
  name: "ask_person",
  description:
    "Asks a person a question and waits for the reply, which is the result. Use it when only a person can know or decide. " +
    'form says how the reply is given: {"kind":"text"}, {"kind":"choice","options":[...]} or {"kind":"schema","schema":{JSON Schema}}; the default is text.',
  input: z.strictObject({
    question: z.string().min(1).max(10_000).describe("What the person is asked"),
    form: questionFormSchema.optional(),
  }),
  output: z.json(),
  risk: "read",
  reach: "run",
  by: "engine",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  examples: [
    {
      input: {
        question: "Which invoice is meant?",
        form: { kind: "choice", options: ["4711", "4712"] },
      },
    },
  ],
  call() {
    throw new Error("ask_person is performed by the engine");
  },
});
