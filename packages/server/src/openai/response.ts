import type { ErrorRecord, JsonObject, Run } from "@flotilla/core";
import { outerId } from "./ids.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

/** An item of a response's output. */
export interface OutputItem {
  id: string;
  type: "message" | "reasoning" | "function_call";
  status: ItemStatus;
  [field: string]: unknown;
}

/** What a response says of its request. */
export interface ResponseHead {
  /** As the request names it. */
  model: string;
  background: boolean;
  previousResponseId: string | null;
  /** The answer has to fit a schema: nothing but the final text is told. */
  finalOnly: boolean;
}

export interface ResponseState {
  status: string;
  output: OutputItem[];
  error: ErrorRecord | undefined;
  /** Undefined before its first event. */
  run: Run | undefined;
}

/** The response object, from what its run's journal says and its request said. */
export function responseObject(runId: string, head: ResponseHead, state: ResponseState): object {
  const { status, output, error, run } = state;
  const {
    instructions,
    settings = {},
    tools = [],
    metadata = {},
    output: schema,
  } = run?.request ?? {};
  const isEnded = status !== "in_progress" && status !== "queued";
  const seconds = (at: string) => Math.floor(Date.parse(at) / 1_000);
  return {
    id: outerId("resp", runId),
    object: "response",
    created_at: seconds(run?.createdAt ?? ""),
    completed_at: status === "completed" && run && "endedAt" in run ? seconds(run.endedAt) : null,
    status,
    background: head.background,
    conversation: run?.threadId ? { id: run.threadId } : null,
    error:
      status === "failed" && error ? { code: "server_error", message: errorText(error) } : null,
    incomplete_details: status === "incomplete" ? { reason: incompleteReason(error) } : null,
    instructions: instructions ?? null,
    max_output_tokens: settings.maxOutputTokens ?? null,
    max_tool_calls: null,
    metadata,
    model: head.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: head.previousResponseId,
    reasoning: { effort: settings.reasoningEffort ?? null, summary: null },
    store: true,
    temperature: settings.temperature ?? null,
    text: { format: formatOf(schema) },
    tool_choice: "auto",
    tools: tools.map(({ name, description, input }) => ({
      type: "function",
      name,
      description,
      parameters: input,
      strict: false,
    })),
    top_p: settings.topP ?? null,
    truncation: "disabled",
    usage: isEnded && run ? usageOf(run) : null,
    user: run?.user ?? null,
  };
}

function formatOf(schema: JsonObject | undefined): object {
  return schema ? { type: "json_schema", name: "answer", schema, strict: false } : { type: "text" };
}

function errorText({ message, remedy }: ErrorRecord): string {
  return `${message} ${remedy}`;
}

function incompleteReason(error: ErrorRecord | undefined): string {
  return error?.code === "model_refused" ? "content_filter" : "max_output_tokens";
}

/** Of all model calls of the run together. */
function usageOf({ usage }: Run): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
