import { z } from "zod";
import type { jsonAnswers } from "../openapi.ts";
import { openAiErrorSchema } from "./error.ts";

type Responses = ReturnType<typeof jsonAnswers>;

/** The answers of a route of OpenAI's API: JSON, where it streams also events, and errors in its shape. */
export function openAiAnswers(
  description: string,
  schema: z.ZodType = z.looseObject({ id: z.string() }),
  streams = false,
): Responses {
  const events = { "text/event-stream": { schema: z.string() } };
  const content = { "application/json": { schema }, ...(streams && events) };
  return {
    200: { description, content },
    default: {
      description: "What went wrong, in OpenAI's shape.",
      content: { "application/json": { schema: openAiErrorSchema } },
    },
  };
}
