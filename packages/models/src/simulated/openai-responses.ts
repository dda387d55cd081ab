import { jsonObjectSchema } from "@flotilla/core";
import { z } from "zod";
import type { SimulatedMessage } from "./brain.ts";
import { openaiChat } from "./openai-chat.ts";
import { imageUrlWords } from "./image-words.ts";
import { piecesOf, tokensIn, type Delta, type Format, type Frames, type Reply } from "./format.ts";

const contentSchema = z
  .union([
    z.string(),
    z.array(z.object({ text: z.string().optional(), image_url: z.string().optional() })),
  ])
  .optional();

const itemSchema = z.object({
  type: z.string().optional(),
  role: z.enum(["system", "developer", "user", "assistant"]).optional(),
  content: contentSchema,
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  output: contentSchema,
});
type Item = z.infer<typeof itemSchema>;

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(itemSchema)]),
  tools: z.array(z.object({ name: z.string().optional() })).nullish(),
  text: z
    .object({ format: z.object({ schema: jsonObjectSchema.optional() }).optional() })
    .nullish(),
});

/** OpenAI's responses. */
export const openaiResponses: Format = {
  limitHeaders: "openai",
  read(body) {
    const asked = requestSchema.parse(body);
    const items: Item[] =
      typeof asked.input === "string" ? [{ role: "user", content: asked.input }] : asked.input;
    const system = items.filter(({ role }) => role === "system" || role === "developer");
    const output = asked.text?.format?.schema;
    return {
      request: {
        model: asked.model,
        instructions: [asked.instructions ?? "", ...system.map(({ content }) => textOf(content))]
          .filter(Boolean)
          .join("\n"),
        messages: messagesOf(items),
        tools: (asked.tools ?? []).flatMap(({ name }) => name ?? []),
        ...(output && { output }),
      },
      stream: asked.stream ?? false,
      includeUsage: true,
    };
  },
  frames: framesOf,
  whole: (reply) => responseOf(reply, endOf(reply)),
  errorBody: openaiChat.errorBody,
  errorEvent: (code, message) =>
    `event: error\ndata: ${JSON.stringify({ type: "error", sequence_number: 9_999, code, message, param: null })}\n\n`,
  keepAlive: ": keep-alive\n\n",
};

function textOf(content: z.infer<typeof contentSchema>): string {
  if (typeof content === "string") return content;
  return (content ?? [])
    .map(({ text, image_url }) => text ?? imageUrlWords(image_url ?? ""))
    .join("");
}

/** One assistant turn is a run of items (thoughts, text, calls); they become one message. */
function messagesOf(items: Item[]): SimulatedMessage[] {
  const messages: SimulatedMessage[] = [];
  const assistant = () => {
    const last = messages.at(-1);
    if (last?.role === "assistant") return last;
    const added = { role: "assistant" as const, text: "", calls: [] };
    messages.push(added);
    return added as Extract<SimulatedMessage, { role: "assistant" }>;
  };
  for (const item of items) {
    if (item.type === "function_call") {
      const { call_id: id = "", name: tool = "", arguments: input = "" } = item;
      assistant().calls.push({ id, tool, input });
    } else if (item.type === "function_call_output") {
      messages.push({ role: "tool", callId: item.call_id ?? "", text: textOf(item.output) });
    } else if (item.role === "assistant") {
      assistant().text += textOf(item.content);
    } else if (item.role === "user") {
      messages.push({ role: "user", text: textOf(item.content) });
    }
  }
  return messages;
}

type OutputItem = { id: string } & Record<string, unknown>;

function itemsOf(reply: Reply, status: string): OutputItem[] {
  const { id } = reply;
  const items: OutputItem[] = [];
  if (reply.reasoning) {
    const summary = [{ type: "summary_text", text: reply.reasoning }];
    items.push({ id: `rs_${id}`, type: "reasoning", summary, encrypted_content: `enc_${id}` });
  }
  if (reply.refusal) {
    const content = [{ type: "refusal", refusal: reply.refusal }];
    items.push({ id: `msg_${id}`, type: "message", status, role: "assistant", content });
  } else if (reply.text) {
    const content = [{ type: "output_text", text: reply.text, annotations: [], logprobs: [] }];
    items.push({ id: `msg_${id}`, type: "message", status, role: "assistant", content });
  }
  reply.calls.forEach((call, index) => {
    items.push({
      id: `fc_${id}_${index}`,
      type: "function_call",
      status,
      call_id: call.id,
      name: call.tool,
      arguments: call.arguments,
    });
  });
  return items;
}

function responseOf(reply: Reply, status: "in_progress" | "completed" | "incomplete") {
  const { usage } = reply;
  const ended = status !== "in_progress";
  const reason = reply.finish === "length" ? "max_output_tokens" : "content_filter";
  return {
    id: `resp_${reply.id}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1_000),
    status,
    error: null,
    incomplete_details: status === "incomplete" ? { reason } : null,
    model: reply.model,
    output: ended ? itemsOf(reply, status) : [],
    usage: ended
      ? {
          input_tokens: usage.inputTokens,
          input_tokens_details: { cached_tokens: usage.cachedInputTokens },
          output_tokens: usage.outputTokens,
          output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
          total_tokens: usage.inputTokens + usage.outputTokens,
        }
      : null,
  };
}

function endOf({ finish }: Reply): "completed" | "incomplete" {
  return finish === "stop" || finish === "tool_calls" ? "completed" : "incomplete";
}

function framesOf(reply: Reply): Frames {
  let sequence = 0;
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  const open =
    event("response.created", { response: responseOf(reply, "in_progress") }) +
    event("response.in_progress", { response: responseOf(reply, "in_progress") });
  const deltas: Delta[] = [];
  itemsOf(reply, "completed").forEach((item, index) => {
    for (const { type, data, characters = 0 } of itemEvents(item, index, reply.chunk)) {
      const delta = { event: event(type, data), tokens: tokensIn(characters) };
      const ofCall = type === "response.function_call_arguments.delta";
      deltas.push(ofCall ? { ...delta, arguments: true } : delta);
    }
  });
  const status = endOf(reply);
  const terminal = event(`response.${status}`, { response: responseOf(reply, status) });
  return { open, deltas, close: "", terminal };
}

interface ItemEvent {
  type: string;
  data: object;
  characters?: number;
}

/** The events by which one output item comes to be. */
function itemEvents(item: OutputItem, output_index: number, chunk: number): ItemEvent[] {
  const place = { item_id: item.id, output_index };
  const [empty, body] = bodyEvents(item, place, chunk);
  return [
    { type: "response.output_item.added", data: { output_index, item: empty } },
    ...body,
    { type: "response.output_item.done", data: { output_index, item } },
  ];
}

function bodyEvents(item: OutputItem, place: object, chunk: number): [OutputItem, ItemEvent[]] {
  const deltas = (type: string, text: string, more: object): ItemEvent[] =>
    piecesOf(text, chunk).map((delta) => ({
      type,
      data: { ...place, ...more, delta },
      characters: delta.length,
    }));
  if (item["type"] === "function_call") {
    const text = item["arguments"] as string;
    const name = "response.function_call_arguments";
    const done = { type: `${name}.done`, data: { ...place, arguments: text } };
    const empty = { ...item, arguments: "", status: "in_progress" };
    return [empty, [...deltas(`${name}.delta`, text, {}), done]];
  }
  if (item["type"] === "reasoning") {
    const [part] = item["summary"] as [{ text: string }];
    const at = { summary_index: 0 };
    const name = "response.reasoning_summary";
    const body = [
      { type: `${name}_part.added`, data: { ...place, ...at, part: { ...part, text: "" } } },
      ...deltas(`${name}_text.delta`, part.text, at),
      { type: `${name}_text.done`, data: { ...place, ...at, text: part.text } },
      { type: `${name}_part.done`, data: { ...place, ...at, part } },
    ];
    return [{ ...item, summary: [], encrypted_content: "" }, body];
  }
  const [part] = item["content"] as [{ text: string } | { refusal: string }];
  const at = { content_index: 0 };
  if ("refusal" in part) {
    const { refusal } = part;
    const said = [
      {
        type: "response.content_part.added",
        data: { ...place, ...at, part: { ...part, refusal: "" } },
      },
      ...deltas("response.refusal.delta", refusal, at),
      { type: "response.refusal.done", data: { ...place, ...at, refusal } },
      { type: "response.content_part.done", data: { ...place, ...at, part } },
    ];
    return [{ ...item, content: [], status: "in_progress" }, said];
  }
  const body = [
    { type: "response.content_part.added", data: { ...place, ...at, part: { ...part, text: "" } } },
    ...deltas("response.output_text.delta", part.text, { ...at, logprobs: [] }),
    { type: "response.output_text.done", data: { ...place, ...at, text: part.text, logprobs: [] } },
    { type: "response.content_part.done", data: { ...place, ...at, part } },
  ];
  return [{ ...item, content: [], status: "in_progress" }, body];
}
