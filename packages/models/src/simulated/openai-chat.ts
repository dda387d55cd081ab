import { z } from "zod";
import { jsonObjectSchema } from "@flotilla/core";
import type { SimulatedMessage } from "./brain.ts";
import { imageUrlWords } from "./image-words.ts";
import { piecesOf, tokensIn, type Delta, type Format, type Frames, type Reply } from "./format.ts";

const textSchema = z
  .union([
    z.string(),
    z.array(
      z.object({
        text: z.string().optional(),
        image_url: z.object({ url: z.string() }).optional(),
      }),
    ),
  ])
  .nullish();

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  messages: z.array(
    z.object({
      role: z.enum(["system", "developer", "user", "assistant", "tool"]),
      content: textSchema,
      tool_calls: z
        .array(
          z.object({
            id: z.string(),
            function: z.object({ name: z.string(), arguments: z.string() }),
          }),
        )
        .nullish(),
      tool_call_id: z.string().optional(),
    }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string() }).optional() })).nullish(),
  response_format: z
    .object({ json_schema: z.object({ schema: jsonObjectSchema }).optional() })
    .nullish(),
});
type Message = z.infer<typeof requestSchema>["messages"][number];

/** OpenAI's chat completions, with the `reasoning_content` that self-hosted servers add. */
export const openaiChat: Format = {
  limitHeaders: "openai",
  read(body) {
    const asked = requestSchema.parse(body);
    const system = asked.messages.filter(({ role }) => role === "system" || role === "developer");
    const output = asked.response_format?.json_schema?.schema;
    return {
      request: {
        model: asked.model,
        instructions: system.map(({ content }) => textOf(content)).join("\n"),
        messages: asked.messages.flatMap(messageOf),
        tools: (asked.tools ?? []).flatMap((tool) => tool.function?.name ?? []),
        ...(output && { output }),
      },
      stream: asked.stream ?? false,
      includeUsage: asked.stream_options?.include_usage ?? false,
    };
  },
  frames(reply, { includeUsage }) {
    return framesOf(reply, includeUsage);
  },
  whole,
  errorBody: (status, code, message) => ({
    error: { message, type: typeOf(status), param: null, code: code ?? null },
  }),
  errorEvent: (code, message) =>
    `data: ${JSON.stringify({ error: { message, type: code, param: null, code } })}\n\n`,
  keepAlive: ": keep-alive\n\n",
};

function textOf(content: z.infer<typeof textSchema>): string {
  if (typeof content === "string") return content;
  return (content ?? [])
    .map(({ text, image_url }) => text ?? imageUrlWords(image_url?.url ?? ""))
    .join("");
}

function messageOf(message: Message): SimulatedMessage[] {
  const text = textOf(message.content);
  switch (message.role) {
    case "user":
      return [{ role: "user", text }];
    case "assistant": {
      const calls = (message.tool_calls ?? []).map((call) => ({
        id: call.id,
        tool: call.function.name,
        input: call.function.arguments,
      }));
      return [{ role: "assistant", text, calls }];
    }
    case "tool":
      return [{ role: "tool", callId: message.tool_call_id ?? "", text }];
    default:
      return [];
  }
}

function framesOf(reply: Reply, includeUsage: boolean): Frames {
  const head = `data: {"id":"chatcmpl-${reply.id}","object":"chat.completion.chunk","created":${seconds()},"model":${JSON.stringify(reply.model)},"system_fingerprint":"fp_simulated","choices":[`;
  const noUsage = includeUsage ? `,"usage":null` : "";
  const chunk = (delta: string, finish: string) =>
    `${head}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${noUsage}}\n\n`;
  const deltas: Delta[] = [];
  const add = (delta: string, characters: number, more: Partial<Delta> = {}) =>
    deltas.push({ event: chunk(delta, "null"), tokens: tokensIn(characters), ...more });
  for (const piece of piecesOf(reply.reasoning, reply.chunk)) {
    add(`{"reasoning_content":${JSON.stringify(piece)}}`, piece.length);
  }
  for (const piece of piecesOf(reply.text, reply.chunk)) {
    add(`{"content":${JSON.stringify(piece)}}`, piece.length);
  }
  for (const piece of piecesOf(reply.refusal ?? "", reply.chunk)) {
    add(`{"refusal":${JSON.stringify(piece)}}`, piece.length);
  }
  reply.calls.forEach((call, index) => {
    const id = call.id && `"id":"${call.id}",`;
    const named = `{"index":${index},${id}"type":"function","function":{"name":${JSON.stringify(call.tool)},"arguments":""}}`;
    add(`{"tool_calls":[${named}]}`, call.tool.length);
    for (const piece of piecesOf(call.arguments, reply.chunk)) {
      const part = `{"index":${index},"function":{"arguments":${JSON.stringify(piece)}}}`;
      add(`{"tool_calls":[${part}]}`, piece.length, { arguments: true });
    }
  });
  const usage = includeUsage ? `${head}],"usage":${JSON.stringify(usageOf(reply))}}\n\n` : "";
  return {
    open: chunk(`{"role":"assistant","content":"","refusal":null}`, "null"),
    deltas,
    close: chunk("{}", `"${reply.finish}"`) + usage,
    terminal: "data: [DONE]\n\n",
  };
}

function whole(reply: Reply) {
  const calls = reply.calls.map((call) => ({
    ...(call.id && { id: call.id }),
    type: "function",
    function: { name: call.tool, arguments: call.arguments },
  }));
  const message = {
    role: "assistant",
    content: reply.text || null,
    refusal: reply.refusal ?? null,
    ...(reply.reasoning && { reasoning_content: reply.reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id: `chatcmpl-${reply.id}`,
    object: "chat.completion",
    created: seconds(),
    model: reply.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: reply.finish }],
    usage: usageOf(reply),
  };
}

function usageOf({ usage }: Reply) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  if (status === 401) return "authentication_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
