import {
  Narrator,
  outputText,
  reduce,
  type ErrorRecord,
  type Event,
  type Run,
  type Told,
  type ToolCallPart,
} from "@flotilla/core";
import type { RunAnswer } from "./answer-run.ts";
import { cancelled } from "./chat-answer.ts";
import { outerCallId, outerId } from "./ids.ts";
import { responseObject, type ItemStatus, type OutputItem, type ResponseHead } from "./response.ts";

export interface ResponseEvent {
  type: string;
  sequence_number: number;
  [field: string]: unknown;
}

/** The item that is being written. */
interface OpenItem {
  index: number;
  id: string;
  kind: "text" | "reasoning";
  text: string;
}

/**
 * A run as an answer of the Responses API, made from its events in order: the events of a stream, numbered,
 * and the response as it is after each. Texts of the agent's steps are messages, its thoughts reasoning, and
 * calls that are left to the caller function calls; calls of the agent's own tools are its own affair.
 */
export class ResponseAnswer implements RunAnswer<ResponseEvent> {
  readonly #runId: string;
  readonly #head: ResponseHead;
  readonly #narrator = new Narrator();
  #run: Run | undefined;
  #output: OutputItem[] = [];
  #open: OpenItem | undefined;
  #sequence = 0;
  #error: ErrorRecord | undefined;
  #status: "in_progress" | "completed" | "incomplete" | "failed" | "cancelled" = "in_progress";

  constructor(runId: string, head: ResponseHead) {
    this.#runId = runId;
    this.#head = head;
  }

  get ended(): boolean {
    return this.#status !== "in_progress";
  }

  push(event: Event): ResponseEvent[] {
    this.#run = reduce(this.#run, event);
    return this.#narrator.tell(event).flatMap((told) => this.#take(told));
  }

  response(): object {
    return responseObject(this.#runId, this.#head, {
      status: this.#status,
      output: this.#output,
      error: this.#error,
      run: this.#run,
    });
  }

  #take(told: Told): ResponseEvent[] {
    switch (told.type) {
      case "run_started":
        return ["response.created", "response.in_progress"].map((type) =>
          this.#event(type, { response: this.response() }),
        );
      case "text_started":
        return this.#head.finalOnly ? [] : this.#beginItem("text");
      case "reasoning_started":
        return this.#beginItem("reasoning");
      case "text_delta":
      case "reasoning_delta":
        return this.#add(told.delta);
      case "text_ended":
      case "reasoning_ended":
        return this.#endItem(told.whole ? "completed" : "incomplete");
      case "run_completed":
        return [
          ...(this.#head.finalOnly ? this.#whole(outputText(told.output)) : []),
          ...told.calls.flatMap((call) => this.#call(call)),
          this.#end("completed"),
        ];
      case "run_failed": {
        const isCut = told.error.code === "model_output_truncated";
        if (isCut || told.error.code === "model_refused")
          return [this.#end("incomplete", told.error)];
        return [this.#end("failed", told.error)];
      }
      case "run_cancelled":
        return [this.#end("cancelled", cancelled(told.by, told.reason))];
      default:
        return [];
    }
  }

  #whole(text: string): ResponseEvent[] {
    return [...this.#beginItem("text"), ...this.#add(text), ...this.#endItem("completed")];
  }

  #beginItem(kind: OpenItem["kind"]): ResponseEvent[] {
    const index = this.#output.length;
    const prefix = kind === "text" ? "msg" : "rs";
    this.#open = { index, id: `${outerId(prefix, this.#runId)}${index}`, kind, text: "" };
    this.#output.push(itemOf(this.#open, "in_progress"));
    return [
      this.#event("response.output_item.added", {
        output_index: index,
        item: itemOf(this.#open, "in_progress", false),
      }),
      this.#event(partEvents[kind].added, { ...this.#place(this.#open), part: partOf(kind, "") }),
    ];
  }

  #add(delta: string): ResponseEvent[] {
    const open = this.#open;
    if (!open) return [];
    open.text += delta;
    this.#output[open.index] = itemOf(open, "in_progress");
    const logprobs = open.kind === "text" ? { logprobs: [] } : {};
    return [this.#event(partEvents[open.kind].delta, { ...this.#place(open), delta, ...logprobs })];
  }

  #endItem(status: ItemStatus): ResponseEvent[] {
    const open = this.#open;
    if (!open) return [];
    this.#open = undefined;
    const { kind, text, index } = open;
    const item = itemOf(open, status);
    this.#output[index] = item;
    const logprobs = kind === "text" ? { logprobs: [] } : {};
    return [
      this.#event(partEvents[kind].textDone, { ...this.#place(open), text, ...logprobs }),
      this.#event(partEvents[kind].done, { ...this.#place(open), part: partOf(kind, text) }),
      this.#event("response.output_item.done", { output_index: index, item }),
    ];
  }

  #call({ callId, tool, input }: ToolCallPart): ResponseEvent[] {
    const index = this.#output.length;
    const given = JSON.stringify(input);
    const item = {
      id: `${outerId("fc", this.#runId)}${index}`,
      type: "function_call" as const,
      status: "completed" as const,
      call_id: outerCallId(this.#runId, callId),
      name: tool,
      arguments: given,
    };
    this.#output.push(item);
    const place = { item_id: item.id, output_index: index };
    return [
      this.#event("response.output_item.added", {
        output_index: index,
        item: { ...item, status: "in_progress", arguments: "" },
      }),
      this.#event("response.function_call_arguments.delta", { ...place, delta: given }),
      this.#event("response.function_call_arguments.done", {
        ...place,
        name: tool,
        arguments: given,
      }),
      this.#event("response.output_item.done", { output_index: index, item }),
    ];
  }

  #end(
    status: "completed" | "incomplete" | "failed" | "cancelled",
    error?: ErrorRecord,
  ): ResponseEvent {
    this.#status = status;
    this.#error = error;
    // There is no event of a cancelled response: it has failed to be completed.
    const type = status === "cancelled" ? "failed" : status;
    return this.#event(`response.${type}`, { response: this.response() });
  }

  #place({ id, index, kind }: OpenItem) {
    const part = kind === "text" ? { content_index: 0 } : { summary_index: 0 };
    return { item_id: id, output_index: index, ...part };
  }

  #event(type: string, fields: object): ResponseEvent {
    return { type, ...fields, sequence_number: this.#sequence++ };
  }
}

const partEvents = {
  text: {
    added: "response.content_part.added",
    delta: "response.output_text.delta",
    textDone: "response.output_text.done",
    done: "response.content_part.done",
  },
  reasoning: {
    added: "response.reasoning_summary_part.added",
    delta: "response.reasoning_summary_text.delta",
    textDone: "response.reasoning_summary_text.done",
    done: "response.reasoning_summary_part.done",
  },
} as const;

function partOf(kind: OpenItem["kind"], text: string): object {
  if (kind === "reasoning") return { type: "summary_text", text };
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function itemOf({ id, kind, text }: OpenItem, status: ItemStatus, withText = true): OutputItem {
  const parts = withText ? [partOf(kind, text)] : [];
  return kind === "text"
    ? { id, type: "message", status, role: "assistant", content: parts }
    : { id, type: "reasoning", status, summary: parts };
}
