import { jsonObjectSchema } from "@flotilla/core";
import { z } from "zod";
import type { SimulatedMessage } from "./brain.ts";
import { imageWords } from "./image-words.ts";
import { piecesOf, tokensIn, type Delta, type Format, type Frames, type Reply } from "./format.ts";
import type { MarkedBlock } from "./prompt-cache.ts";

const mark = z.object({ type: z.string() }).nullish();

const blockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  source: z.object({ media_type: z.string(), data: z.string() }).optional(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).optional(),
  cache_control: mark,
});
type Block = z.infer<typeof blockSchema>;
const contentSchema = z.union([z.string(), z.array(blockSchema)]);

const requestSchema = z.object({
  model: z.string(),
  max_tokens: z.int().positive(),
  stream: z.boolean().optional(),
  /** Marks the last block of the prompt. */
  cache_control: mark,
  system: contentSchema.optional(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: contentSchema })),
  tools: z
    .array(
      z.object({
        name: z.string(),
        input_schema: jsonObjectSchema.optional(),
        cache_control: mark,
      }),
    )
    .optional(),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).optional(),
  output_config: z
    .object({ format: z.object({ schema: jsonObjectSchema.optional() }).optional() })
    .optional(),
});

const stopReasons = {
  stop: "end_turn",
  tool_calls: "tool_use",
  length: "max_tokens",
  content_filter: "refusal",
} as const;

/** Anthropic's messages. */
export const anthropic: Format = {
  limitHeaders: "anthropic",
  read(body) {
    const asked = requestSchema.parse(body);
    const forced = forcedTool(asked);
    const output = asked.output_config?.format?.schema ?? forced?.input_schema;
    return {
      request: {
        model: asked.model,
        instructions: textOf(asked.system ?? ""),
        messages: asked.messages.flatMap(({ role, content }) => messagesOf(role, content)),
        tools: (asked.tools ?? []).map(({ name }) => name),
        ...(output && { output }),
      },
      stream: asked.stream ?? false,
      includeUsage: true,
      markedBlocks: () => markedBlocks(asked),
      ...(forced && { answerTool: forced.name }),
    };
  },
  frames: framesOf,
  whole,
  errorBody: (status, code, message) => ({
    type: "error",
    error: { type: code ?? typeOf(status), message },
  }),
  errorEvent: (code, message) => event("error", { error: { type: code, message } }),
  keepAlive: event("ping", {}),
};

/** The prompt in the order in which the API caches it: tools, system, messages. */
function markedBlocks(asked: z.infer<typeof requestSchema>): MarkedBlock[] {
  const { tools = [], system = "", messages } = asked;
  const parts = [
    ...tools.map((tool) => ({ role: "tool", block: tool, characters: 0 })),
    ...blocksOf(system).map((block) => ({ role: "system", block, characters: sizeOf(block) })),
    ...messages.flatMap(({ role, content }) =>
      blocksOf(content).map((block) => ({ role, block, characters: sizeOf(block) })),
    ),
  ];
  return parts.map(({ role, block: { cache_control, ...block }, characters }, index) => {
    const isLast = index === parts.length - 1;
    return {
      content: `${role} ${JSON.stringify(block)}`,
      characters,
      isBreakpoint: Boolean(cache_control ?? (isLast && asked.cache_control)),
    };
  });
}

function blocksOf(content: string | Block[]): Block[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** The characters by which a block counts as input. */
function sizeOf({ type, text = "", content = "" }: Block): number {
  if (type === "text") return text.length;
  if (type !== "tool_result") return 0;
  return typeof content === "string"
    ? content.length
    : content.reduce((sum, part) => sum + (part.text?.length ?? 0), 0);
}

/** The one tool that the request leaves no way around. */
function forcedTool({ tools = [], tool_choice }: z.infer<typeof requestSchema>) {
  if (tool_choice?.type === "any" && tools.length === 1) return tools[0];
  return tools.find(({ name }) => name === tool_choice?.name);
}

function textOf(content: string | Block[]): string {
  if (typeof content === "string") return content;
  return content.map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}

function wordsOf({ text = "", source }: Block): string {
  return source ? imageWords(source.media_type, source.data) : text;
}

/** A user message of the API holds tool results before its text; they become messages of their own. */
function messagesOf(role: "user" | "assistant", content: string | Block[]): SimulatedMessage[] {
  const blocks = typeof content === "string" ? [] : content;
  const text = textOf(content);
  if (role === "assistant") {
    const calls = blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ id = "", name = "", input }) => ({ id, tool: name, input: JSON.stringify(input) }));
    return [{ role, text, calls }];
  }
  const results = blocks
    .filter(({ type }) => type === "tool_result")
    .map(({ tool_use_id = "", content: output = "" }): SimulatedMessage => {
      const parts =
        typeof output === "string" ? output : output.map((part) => part.text ?? "").join("");
      return { role: "tool", callId: tool_use_id, text: parts };
    });
  if (typeof content === "string") return [{ role, text }];
  // Messages in a row are sent as the blocks of one.
  const texts = blocks.flatMap((block): SimulatedMessage[] =>
    block.type === "text" || block.type === "image" ? [{ role, text: wordsOf(block) }] : [],
  );
  return [...results, ...texts];
}

function framesOf(reply: Reply): Frames {
  const { usage } = reply;
  const deltas: Delta[] = [];
  let index = 0;
  const block = (
    start: object,
    pieces: { delta: object; characters: number }[],
    more: Partial<Delta> = {},
  ) => {
    deltas.push({
      event: event("content_block_start", { index, content_block: start }),
      tokens: 0,
    });
    for (const { delta, characters } of pieces) {
      const tokens = tokensIn(characters);
      deltas.push({ event: event("content_block_delta", { index, delta }), tokens, ...more });
    }
    deltas.push({ event: event("content_block_stop", { index }), tokens: 0 });
    index++;
  };
  const split = (text: string, of: (piece: string) => object) =>
    piecesOf(text, reply.chunk).map((piece) => ({ delta: of(piece), characters: piece.length }));
  if (reply.reasoning) {
    const thoughts = split(reply.reasoning, (thinking) => ({ type: "thinking_delta", thinking }));
    const signature = { type: "signature_delta", signature: `sig_${reply.id}` };
    const signed = [...thoughts, { delta: signature, characters: 0 }];
    block({ type: "thinking", thinking: "", signature: "" }, signed);
  }
  const said = reply.refusal ?? reply.text;
  if (said) {
    block(
      { type: "text", text: "" },
      split(said, (text) => ({ type: "text_delta", text })),
    );
  }
  for (const call of reply.calls) {
    const pieces = split(call.arguments, (partial_json) => ({
      type: "input_json_delta",
      partial_json,
    }));
    block({ type: "tool_use", id: call.id, name: call.tool, input: {} }, pieces, {
      arguments: true,
    });
  }
  const stop = { stop_reason: stopReasonOf(reply), stop_sequence: null };
  const message = { ...envelope(reply), content: [], stop_reason: null, stop_sequence: null };
  return {
    open: event("message_start", { message: { ...message, usage: usageOf(reply, 1) } }),
    deltas,
    close: event("message_delta", { delta: stop, usage: { output_tokens: usage.outputTokens } }),
    terminal: event("message_stop", {}),
  };
}

function whole(reply: Reply) {
  const said = reply.refusal ?? reply.text;
  const content = [
    ...(reply.reasoning
      ? [{ type: "thinking", thinking: reply.reasoning, signature: `sig_${reply.id}` }]
      : []),
    ...(said ? [{ type: "text", text: said }] : []),
    ...reply.calls.map((call) => ({
      type: "tool_use",
      id: call.id,
      name: call.tool,
      input: JSON.parse(call.arguments) as unknown,
    })),
  ];
  return {
    ...envelope(reply),
    content,
    stop_reason: stopReasonOf(reply),
    stop_sequence: null,
    usage: usageOf(reply, reply.usage.outputTokens),
  };
}

function stopReasonOf({ refusal, finish }: Reply): string {
  return refusal === undefined ? stopReasons[finish] : "refusal";
}

function envelope(reply: Reply) {
  return { id: `msg_${reply.id}`, type: "message", role: "assistant", model: reply.model };
}

/** The API counts cached tokens beside the input tokens, not among them. */
function usageOf({ usage }: Reply, outputTokens: number) {
  return {
    input_tokens: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    output_tokens: outputTokens,
  };
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function typeOf(status: number): string {
  const types: Record<number, string> = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
  };
  return types[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
}
