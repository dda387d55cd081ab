import type {
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import {
  FlotillaError,
  type AssistantMessage,
  type FinishReason,
  type Json,
  type JsonObject,
  type ModelPart,
  type TextPart,
  type ReasoningPart,
  type ToolCallPart,
} from "@flotilla/core";
import { brokenStream, streamError, type CallContext } from "./failure.ts";
import { usageOf, type Billed } from "./usage.ts";

type FinishPart = Extract<LanguageModelV4StreamPart, { type: "finish" }>;
type Draft = TextPart | ReasoningPart | { type: "call"; tool: string; input: string; data?: Json };

/** What self-hosted servers call a normal end, beside the words of the APIs they imitate. */
const endWords = /^(eos|eos_token|end_turn|end|stop_sequence|completed?)$/i;

/**
 * Collects the parts of one stream into a message. Nothing is decided before the stream
 * has ended: a call is only a call once the provider has said that it finished cleanly.
 */
export class Answer {
  readonly #call: CallContext;
  readonly #step: number;
  readonly #drafts: Draft[] = [];
  /** Open text and reasoning blocks by the provider's id. */
  readonly #open = new Map<string, TextPart | ReasoningPart>();
  #finish: FinishPart | undefined;
  #servedModel: string | undefined;
  /** Calls that were begun, and those that came whole. */
  #begun = 0;
  #whole = 0;
  /** All that was written so far, as text. */
  #written = "";
  /** Input tokens, where the stream tells them at its start. */
  #toldInput: LanguageModelV4Usage["inputTokens"] | undefined;

  constructor(call: CallContext, step: number) {
    this.#call = call;
    this.#step = step;
  }

  /**
   * Takes one part in. Returns the text to show for it, or else what it says of the model:
   * `working` on output that is not shown, `thinking` where it may be silent for long, and
   * undefined for what a keep-alive could also have caused.
   *
   * Throws what an error event in the stream means.
   */
  take(part: LanguageModelV4StreamPart): ModelPart | "working" | "thinking" | undefined {
    switch (part.type) {
      case "text-start":
        this.#begin(part.id, { type: "text", text: "" });
        return undefined;
      case "reasoning-start":
        this.#begin(part.id, { type: "reasoning", text: "" }, part.providerMetadata);
        return "thinking";
      case "text-delta":
        return this.#append(part.id, "text", part.delta);
      case "reasoning-delta":
        return this.#append(part.id, "reasoning", part.delta, part.providerMetadata);
      case "text-end":
      case "reasoning-end":
        this.#close(part.id, part.providerMetadata);
        return undefined;
      case "tool-input-start":
        this.#begun++;
        return "working";
      case "tool-input-end":
        return "working";
      case "tool-input-delta":
        this.#written += part.delta;
        return part.delta ? "working" : undefined;
      case "tool-call": {
        this.#whole++;
        const data = signatureIn(part.providerMetadata);
        this.#drafts.push({ type: "call", tool: part.toolName, input: part.input, ...data });
        return "working";
      }
      case "response-metadata":
        this.#servedModel ??= part.modelId;
        return undefined;
      case "custom":
        this.#toldInput ??= inputToldIn(part.providerMetadata);
        return undefined;
      case "error":
        throw streamError(part.error, this.#call);
      case "finish":
        this.#finish = part;
        return "working";
      default:
        return undefined;
    }
  }

  /**
   * The completed part. `inputText` gives the prompt's text, asked for only when the
   * provider counted no tokens.
   *
   * Throws `model_stream_broken` without a finish, `model_output_truncated` when calls were
   * cut by the length limit, `model_output_invalid` for arguments that are not JSON,
   * `model_refused` when the model refused without saying anything.
   */
  complete(inputText: () => string): Extract<ModelPart, { type: "completed" }> {
    const finish = this.#finish;
    if (!finish) throw brokenStream("it ended without a finish reason", this.#call);
    const reason = this.#reasonOf(finish);
    const message = this.#message();
    const texts = () => ({
      input: inputText(),
      output: message.content.length > 0 ? JSON.stringify(message.content) : "",
    });
    const { usage, estimated } = usageOf(finish.usage, texts, this.#call.estimate);
    const servedModel = this.#servedModel;
    return {
      type: "completed",
      message,
      usage,
      ...(estimated && { usageEstimated: true }),
      finish: reason,
      ...(servedModel && { servedModel }),
    };
  }

  /**
   * What the provider will bill for an answer that ended here: its own count where it told
   * one, an estimate from the texts otherwise. Undefined before any output, unless it was
   * ended by the caller: the provider has read the input then.
   */
  spent(inputText: () => string, byCaller: boolean): Billed | undefined {
    const counted = this.#finish?.usage;
    const told = counted?.inputTokens.total === undefined ? this.#toldInput : counted.inputTokens;
    const hasBegun = counted ?? told ?? (this.#written !== "" || this.#begun > 0);
    if (!hasBegun && !byCaller) return undefined;
    return usageOf(
      {
        inputTokens: told ?? { total: undefined, ...noDetails },
        outputTokens: counted?.outputTokens ?? { total: undefined, ...noDetails },
      },
      () => ({ input: inputText(), output: this.#written }),
      this.#call.estimate,
    );
  }

  #reasonOf(finish: FinishPart): FinishReason {
    const hasCalls = this.#begun > 0 || this.#whole > 0;
    const { unified, raw } = finish.finishReason;
    switch (unified) {
      case "stop":
      case "tool-calls":
        if (this.#whole < this.#begun) {
          throw brokenStream("it ended in the middle of a tool call", this.#call);
        }
        // Some servers say "stop" although they call tools; a clean end is what counts.
        return hasCalls ? "tool_calls" : "stop";
      case "length":
        if (hasCalls) throw this.#truncated();
        return "length";
      case "content-filter":
        if (hasCalls || this.#drafts.every((draft) => draft.type !== "text" || draft.text === "")) {
          const message = `${this.#call.model} refused to answer (${raw ?? "content filter"}).`;
          throw new FlotillaError("model_refused", message);
        }
        return "content_filter";
      case "error":
        if (/malformed/i.test(raw ?? ""))
          throw this.#invalid("the provider could not read its own call");
        throw brokenStream(`it ended with an error (${raw ?? "unnamed"})`, this.#call);
      case "interrupted":
        throw brokenStream("it ended without a finish reason", this.#call);
      case "other":
        if (endWords.test(raw ?? "")) return hasCalls ? "tool_calls" : "stop";
        throw brokenStream(`it ended for an unknown reason (${raw ?? "none"})`, this.#call);
    }
  }

  #message(): AssistantMessage {
    const content: AssistantMessage["content"] = [];
    let index = 0;
    for (const draft of this.#drafts) {
      if (draft.type === "call") {
        content.push({
          type: "tool_call",
          callId: `c${this.#step}-${index++}`,
          tool: draft.tool,
          input: this.#argumentsOf(draft.tool, draft.input),
          ...(draft.data !== undefined && { providerData: draft.data }),
        } satisfies ToolCallPart);
      } else if (draft.text !== "" || (draft.type === "reasoning" && draft.providerData)) {
        content.push(draft);
      }
    }
    return { role: "assistant", content };
  }

  /** No arguments at all are an empty object: that is how providers call a tool without any. */
  #argumentsOf(tool: string, text: string): Json {
    if (text.trim() === "") return {};
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw this.#invalid(`the arguments for ${tool} are not JSON: ${text.slice(0, 200)}`);
    }
  }

  #begin(id: string, part: TextPart | ReasoningPart, metadata?: SharedV4ProviderMetadata): void {
    this.#drafts.push(part);
    this.#open.set(id, part);
    remember(part, metadata);
  }

  #append(
    id: string,
    type: "text" | "reasoning",
    delta: string,
    metadata?: SharedV4ProviderMetadata,
  ): ModelPart | undefined {
    if (!this.#open.has(id)) this.#begin(id, { type, text: "" });
    const part = this.#open.get(id);
    this.#written += delta;
    if (part) {
      part.text += delta;
      remember(part, metadata);
    }
    return delta === "" ? undefined : { type, text: delta };
  }

  #close(id: string, metadata?: SharedV4ProviderMetadata): void {
    const part = this.#open.get(id);
    if (part) remember(part, metadata);
    this.#open.delete(id);
  }

  #truncated(): FlotillaError {
    const message = `${this.#call.model} reached its output limit in the middle of a tool call.`;
    return new FlotillaError("model_output_truncated", message);
  }

  #invalid(why: string): FlotillaError {
    const message = `${this.#call.model} called a tool wrongly: ${why}`;
    const remedy = "The run retries by itself; use a stronger model if it persists.";
    return new FlotillaError("model_output_invalid", message, { transient: true, remedy });
  }
}

const noDetails = {
  noCache: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  text: undefined,
  reasoning: undefined,
};

/** Anthropic says what the input costs before the first token. */
function inputToldIn(metadata?: SharedV4ProviderMetadata) {
  const usage = metadata?.["anthropic"]?.["usage"] as Record<string, unknown> | undefined;
  if (typeof usage?.["input_tokens"] !== "number") return undefined;
  const count = (name: string) => (typeof usage[name] === "number" ? usage[name] : 0);
  const noCache = count("input_tokens");
  const cacheRead = count("cache_read_input_tokens");
  const cacheWrite = count("cache_creation_input_tokens");
  return { total: noCache + cacheRead + cacheWrite, noCache, cacheRead, cacheWrite };
}

/** Signatures and ids of a thought arrive in pieces; the later piece adds to the earlier. */
function remember(part: TextPart | ReasoningPart, metadata?: SharedV4ProviderMetadata): void {
  if (part.type !== "reasoning" || !metadata) return;
  const known = (part.providerData ?? {}) as JsonObject;
  for (const [provider, data] of Object.entries(metadata)) {
    known[provider] = { ...(known[provider] as JsonObject), ...(data as JsonObject) };
  }
  part.providerData = known;
}

/** Gemini refuses a history whose calls lost their thought signature; other data is not needed. */
function signatureIn(metadata?: SharedV4ProviderMetadata): { data?: Json } {
  const signed = Object.values(metadata ?? {}).some((data) => "thoughtSignature" in data);
  return signed ? { data: metadata as Json } : {};
}
