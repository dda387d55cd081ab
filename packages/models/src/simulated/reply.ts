import { jsonObjectSchema } from "@flotilla/core";
import type { SimulatedRequest } from "./brain.ts";
import type { Fault } from "./fault.ts";
import { tokensIn, type Reply } from "./format.ts";
import type { CacheUse } from "./prompt-cache.ts";
import type { Turn } from "./turn.ts";

/** What a reply takes from its request. */
interface ReplyContext {
  /** The same for the same request. */
  id: string;
  /** As the request names it. */
  model: string;
  inputTokens: number;
  cache: CacheUse;
  /** Characters in one delta. */
  chunk: number;
}

/** A turn with all its blanks filled in. */
export function replyOf(turn: Turn, context: ReplyContext): Reply {
  const { id, model, inputTokens, cache, chunk } = context;
  const { text = "", reasoning = "" } = turn;
  const calls = (turn.calls ?? []).map((call, index) => {
    const { tool, input } = call;
    return { id: `call_${id}_${index}`, tool, arguments: JSON.stringify(input) };
  });
  const reasoningTokens = tokensIn(reasoning.length);
  const written = text.length + calls.reduce((sum, call) => sum + call.arguments.length, 0);
  return {
    id,
    model,
    text,
    reasoning,
    calls,
    finish: turn.finish ?? (calls.length > 0 ? "tool_calls" : "stop"),
    usage: {
      inputTokens,
      ...cache,
      outputTokens: reasoningTokens + tokensIn(written),
      reasoningTokens,
      ...turn.usage,
    },
    chunk,
  };
}

/** An answer in JSON as a call of the tool that must carry it. */
export function throughTool(turn: Turn, tool: string | undefined): Turn {
  const input = tool === undefined ? undefined : jsonObjectSchema.safeParse(parsed(turn.text)).data;
  if (!tool || !input) return turn;
  return { ...turn, text: "", calls: [{ tool, input }] };
}

/** The fault, unless it has struck this request as often as it should; counts that it does. */
export function strikes(
  fault: Fault | undefined,
  request: string,
  counts: Map<string, number>,
): Fault | undefined {
  if (fault?.times === undefined) return fault;
  const count = counts.get(request) ?? 0;
  if (count >= fault.times) return undefined;
  counts.set(request, count + 1);
  return fault;
}

export function inputTokensOf(request: SimulatedRequest): number {
  let characters = request.instructions.length;
  for (const message of request.messages) characters += message.text.length;
  return tokensIn(characters);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
