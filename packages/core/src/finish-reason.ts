import { z } from "zod";

/** Why a model's answer ended. */
export const finishReasonSchema = z.enum(["stop", "tool_calls", "length", "content_filter"]);
export type FinishReason = z.infer<typeof finishReasonSchema>;
