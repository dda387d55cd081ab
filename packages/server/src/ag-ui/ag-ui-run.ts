import {
  Narrator,
  outputText,
  reduce,
  type Event,
  type Run,
  type Told,
  type ToolCallPart,
} from "@flotilla/core";
import type { RunAnswer } from "../openai/answer-run.ts";
import { outerCallId } from "../openai/ids.ts";
import type { AgUiMessage, RunAgentInput } from "./input.ts";

/** An event of the Agent User Interaction Protocol. */
export interface AgUiEvent {
  type: string;
  [field: string]: unknown;
}

/**
 * A run as events of the Agent User Interaction Protocol, made from its own in order. The client's state
 * is kept, and has beside it, under `flotilla`, how the run stands. What a client has folded of an attempt that was
 * broken off is taken back with a snapshot of the messages.
 */
export class AgUiRun implements RunAnswer<AgUiEvent> {
  readonly #runId: string;
  readonly #input: RunAgentInput;
  readonly #narrator = new Narrator();
  readonly #messages: AgUiMessage[];
  #run: Run | undefined;
  #ended = false;
  /** The message that calls belong to. */
  #parent: string | undefined;
  #text = "";

  constructor(runId: string, input: RunAgentInput) {
    this.#runId = runId;
    this.#input = input;
    this.#messages = [...input.messages];
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(event: Event): AgUiEvent[] {
    this.#run = reduce(this.#run, event);
    return this.#narrator.tell(event).flatMap((told) => this.#take(told));
  }

  #take(told: Told): AgUiEvent[] {
    switch (told.type) {
      case "run_started":
        return [this.#begin(), { type: "STATE_SNAPSHOT", snapshot: this.#state() }];
      case "step_started":
        this.#parent = undefined;
        return [{ type: "STEP_STARTED", stepName: `step ${told.step}` }];
      case "step_finished":
        return [{ type: "STEP_FINISHED", stepName: `step ${told.step}` }, this.#stateDelta()];
      case "call":
        return this.#call(told.call);
      case "result":
        return [this.#result(told)];
      case "waiting":
        return [this.#stateDelta(), { type: "CUSTOM", name: "flotilla.waiting", value: told.for }];
      case "run_completed":
        return this.#finish(told.output, {
          type: "success",
          ...(told.calls.length > 0 && { pendingToolCallIds: told.calls.map(this.#callId) }),
        });
      case "run_cancelled":
        return this.#finish(null, { type: "cancelled" });
      case "run_failed": {
        this.#ended = true;
        const { message, remedy, code } = told.error;
        return [this.#stateDelta(), { type: "RUN_ERROR", message: `${message} ${remedy}`, code }];
      }
      default:
        return told.type.startsWith("text_") ? this.#takeText(told) : this.#takeReasoning(told);
    }
  }

  #takeText(told: Told): AgUiEvent[] {
    switch (told.type) {
      case "text_started":
        this.#text = "";
        return [
          { type: "TEXT_MESSAGE_START", messageId: this.#messageId(told.id), role: "assistant" },
        ];
      case "text_delta": {
        this.#text += told.delta;
        const messageId = this.#messageId(told.id);
        return [{ type: "TEXT_MESSAGE_CONTENT", messageId, delta: told.delta }];
      }
      case "text_ended": {
        const messageId = this.#messageId(told.id);
        const end = { type: "TEXT_MESSAGE_END", messageId };
        if (!told.whole)
          return [end, { type: "MESSAGES_SNAPSHOT", messages: structuredClone(this.#messages) }];
        this.#parent = messageId;
        this.#messages.push({ id: messageId, role: "assistant", content: this.#text });
        return [end];
      }
      default:
        return [];
    }
  }

  #takeReasoning(told: Told): AgUiEvent[] {
    switch (told.type) {
      case "reasoning_started": {
        const messageId = this.#messageId(told.id);
        return [
          { type: "REASONING_START", messageId },
          { type: "REASONING_MESSAGE_START", messageId, role: "reasoning" },
        ];
      }
      case "reasoning_delta": {
        const messageId = this.#messageId(told.id);
        return [{ type: "REASONING_MESSAGE_CONTENT", messageId, delta: told.delta }];
      }
      case "reasoning_ended": {
        const messageId = this.#messageId(told.id);
        return [
          { type: "REASONING_MESSAGE_END", messageId },
          { type: "REASONING_END", messageId },
        ];
      }
      default:
        return [];
    }
  }

  #call(call: ToolCallPart): AgUiEvent[] {
    const toolCallId = this.#callId(call);
    const parentMessageId = (this.#parent ??= `${this.#runId}-${call.callId}`);
    const given = JSON.stringify(call.input);
    const made = {
      id: toolCallId,
      type: "function" as const,
      function: { name: call.tool, arguments: given },
    };
    const parent = this.#messages.find(({ id }) => id === parentMessageId);
    if (parent?.role === "assistant") parent.toolCalls = [...(parent.toolCalls ?? []), made];
    else this.#messages.push({ id: parentMessageId, role: "assistant", toolCalls: [made] });
    return [
      { type: "TOOL_CALL_START", toolCallId, toolCallName: call.tool, parentMessageId },
      { type: "TOOL_CALL_ARGS", toolCallId, delta: given },
      { type: "TOOL_CALL_END", toolCallId },
    ];
  }

  #result(told: Extract<Told, { type: "result" }>): AgUiEvent {
    const toolCallId = this.#callId(told);
    const messageId = `${toolCallId}-result`;
    const content = outputText(told.output);
    this.#messages.push({ id: messageId, role: "tool", toolCallId, content });
    return { type: "TOOL_CALL_RESULT", messageId, toolCallId, content, role: "tool" };
  }

  #begin(): AgUiEvent {
    const { threadId, runId } = this.#input;
    return { type: "RUN_STARTED", threadId, runId, metadata: { "flotilla-run": this.#runId } };
  }

  #finish(result: unknown, outcome: object): AgUiEvent[] {
    this.#ended = true;
    const { threadId, runId } = this.#input;
    const ids = { threadId, runId };
    const given = result === null ? {} : { result };
    const usage = this.#run ? [usageOf(this.#run)] : [];
    return [this.#stateDelta(), { type: "RUN_FINISHED", ...ids, ...given, outcome, usage }];
  }

  #state(): object {
    const { state } = this.#input;
    const isObject = typeof state === "object" && state !== null && !Array.isArray(state);
    return { ...(isObject && state), flotilla: this.#standing() };
  }

  #stateDelta(): AgUiEvent {
    const delta = [{ op: "replace", path: "/flotilla", value: this.#standing() }];
    return { type: "STATE_DELTA", delta };
  }

  #standing(): object {
    const run = this.#run;
    return {
      runId: this.#runId,
      status: run?.status ?? "pending",
      steps: run?.stepCount ?? 0,
      costMicros: run?.costMicros ?? 0,
      costIncomplete: run?.costIncomplete ?? false,
    };
  }

  #messageId(id: string): string {
    return `${this.#runId}-${id}`;
  }

  readonly #callId = ({ callId }: Pick<ToolCallPart, "callId">): string =>
    outerCallId(this.#runId, callId);
}

function usageOf({ usage }: Run): object {
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    totalTokens: usage.inputTokens + usage.outputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cacheWriteInputTokens: usage.cacheWriteTokens,
    reasoningTokens: usage.reasoningTokens,
  };
}
