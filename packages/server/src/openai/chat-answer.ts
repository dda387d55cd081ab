import {
  Narrator,
  outputText,
  reduce,
  type ErrorRecord,
  type Event,
  type Run,
  type Told,
  type ToolCallPart,
  type Usage,
} from "@flotilla/core";
import type { RunAnswer } from "./answer-run.ts";
import { outerCallId, outerId } from "./ids.ts";

type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

interface Delta {
  role?: "assistant";
  content?: string;
  reasoning_content?: string;
  tool_calls?: { index: number; id: string; type: "function"; function: CalledFunction }[];
}

interface CalledFunction {
  name: string;
  arguments: string;
}

export interface ChatAnswerOptions {
  runId: string;
  /** As the request names it. */
  model: string;
  /** The answer has to fit a schema: nothing but the final text is told. */
  finalOnly: boolean;
  includeUsage: boolean;
}

/** How a run ended, as far as this API knows it. */
export type ChatEnd = { finish: FinishReason } | { error: ErrorRecord };

/**
 * A run as an answer of the Chat Completions API, made from its events in order: pieces for a stream, and
 * the whole. The content is what the agent said, the texts of its steps with a blank line between them.
 */
export class ChatAnswer implements RunAnswer<object> {
  readonly #options: ChatAnswerOptions;
  readonly #narrator = new Narrator();
  #run: Run | undefined;
  #content = "";
  #reasoning = "";
  #calls: ToolCallPart[] = [];
  #end: ChatEnd | undefined;

  constructor(options: ChatAnswerOptions) {
    this.#options = options;
  }

  get end(): ChatEnd | undefined {
    return this.#end;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  push(event: Event): object[] {
    this.#run = reduce(this.#run, event);
    return this.#narrator.tell(event).flatMap((told) => this.#take(told));
  }

  /** The whole answer of a run that has finished. */
  completion(finish: FinishReason): object {
    const calls = this.#calls.map((call) => this.#called(call));
    const message = {
      role: "assistant",
      content: this.#content === "" && calls.length > 0 ? null : this.#content,
      refusal: null,
      ...(this.#reasoning !== "" && { reasoning_content: this.#reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const choice = { index: 0, message, logprobs: null, finish_reason: finish };
    return { ...this.#frame("chat.completion"), choices: [choice], usage: this.#usage() };
  }

  #take(told: Told): object[] {
    const { finalOnly } = this.#options;
    switch (told.type) {
      case "run_started":
        return [this.#chunk({ role: "assistant", content: "" })];
      case "text_started":
        return finalOnly || this.#content === "" ? [] : this.#say("\n\n");
      case "text_delta":
        return finalOnly ? [] : this.#say(told.delta);
      case "reasoning_delta":
        this.#reasoning += told.delta;
        return [this.#chunk({ reasoning_content: told.delta })];
      case "run_completed": {
        const text = outputText(told.output);
        const said = finalOnly && text !== "" ? this.#say(text) : [];
        this.#calls = told.calls;
        const calls = told.calls.map((call, index) => ({ index, ...this.#called(call) }));
        const called = calls.length > 0 ? [this.#chunk({ tool_calls: calls })] : [];
        return [...said, ...called, ...this.#finish(calls.length > 0 ? "tool_calls" : "stop")];
      }
      case "run_failed":
        if (told.error.code === "model_output_truncated") return this.#finish("length");
        if (told.error.code === "model_refused") return this.#finish("content_filter");
        this.#end = { error: told.error };
        return [];
      case "run_cancelled":
        this.#end = { error: cancelled(told.by, told.reason) };
        return [];
      default:
        return [];
    }
  }

  #say(content: string): object[] {
    this.#content += content;
    return [this.#chunk({ content })];
  }

  #finish(finish: FinishReason): object[] {
    this.#end = { finish };
    const last = this.#chunk({}, finish);
    if (!this.#options.includeUsage) return [last];
    const usage = { ...this.#frame("chat.completion.chunk"), choices: [], usage: this.#usage() };
    return [last, usage];
  }

  #called({ callId, tool, input }: ToolCallPart) {
    const { runId } = this.#options;
    const called = { name: tool, arguments: JSON.stringify(input) };
    return { id: outerCallId(runId, callId), type: "function" as const, function: called };
  }

  #chunk(delta: Delta, finish: FinishReason | null = null): object {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    const usage = this.#options.includeUsage ? { usage: null } : {};
    return { ...this.#frame("chat.completion.chunk"), choices: [choice], ...usage };
  }

  #frame(object: string) {
    const { runId, model } = this.#options;
    const created = Math.floor(Date.parse(this.#run?.createdAt ?? "") / 1_000);
    return { id: outerId("chatcmpl", runId), object, created, model, system_fingerprint: null };
  }

  #usage() {
    return this.#run && chatUsage(this.#run.usage);
  }
}

/** Of all model calls of the run together. */
function chatUsage(usage: Usage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  };
}

export function cancelled(by: string, reason: string | null): ErrorRecord {
  return {
    code: "cancelled",
    message: `The run was cancelled by ${by}${reason === null ? "" : `: ${reason}`}.`,
    class: "permanent",
    remedy: "Send the request again to start another one.",
  };
}
