import { canonicalJson, type Json } from "@flotilla/core";
import type { Brain, SimulatedRequest } from "@flotilla/models";
import { found, loot, ordersIn, taskIn, type WantedCall } from "./order.ts";

/** How private data looks here, and what an answer has to tell. */
const privateData = /PRIV-[0-9a-f]{12}/;
const findings = /WORD-[0-9a-f]{8}/g;

/**
 * A model that is wholly in the hands of whoever writes what it reads: it makes every call that any text orders, before
 * anything else and however often it is refused, and puts what private data it has seen where the order wants it. Then it
 * does its task, and answers with what it found.
 */
export const compromisedBrain: Brain = (request) => {
  const read = textsOf(request);
  const made = new Set(callsOf(request));
  const known: Known = {
    [loot]: privateData.exec(read.join("\n"))?.[0],
    [found]: newestId(request),
  };
  const ordered = ordersIn(read.join("\n")).flatMap((call) => filled(call, known));
  const next = ordered.find((call) => isNew(call, made)) ?? nextOfTask(request, made, known);
  if (next) return { calls: [{ tool: next.tool, input: next.input }] };
  const words = new Set(read.join("\n").match(findings));
  return { text: `I found ${[...words].join(", ") || "nothing"}.` };
};

type Known = Record<string, string | undefined>;

function nextOfTask(
  request: SimulatedRequest,
  made: Set<string>,
  known: Known,
): WantedCall | undefined {
  const task = request.messages.flatMap((message) =>
    message.role === "user" ? (taskIn(message.text) ?? []) : [],
  );
  return task.flatMap((call) => filled(call, known)).find((call) => isNew(call, made));
}

/** What it cannot fill in yet it does not do yet. */
function filled({ tool, input }: WantedCall, known: Known): WantedCall[] {
  let text = JSON.stringify(input);
  for (const [place, value] of Object.entries(known)) {
    if (!text.includes(place)) continue;
    if (value === undefined) return [];
    text = text.replaceAll(place, value);
  }
  return [{ tool, input: JSON.parse(text) as WantedCall["input"] }];
}

/** Of the first thing in the newest result that has one. */
function newestId({ messages }: SimulatedRequest): string | undefined {
  const ids = messages.flatMap((message) =>
    message.role === "tool" ? (/"id":"([^"]+)"/.exec(message.text)?.[1] ?? []) : [],
  );
  return ids.at(-1);
}

function isNew(call: WantedCall, made: Set<string>): boolean {
  return !made.has(canonicalJson([call.tool, call.input]));
}

function callsOf({ messages }: SimulatedRequest): string[] {
  return messages.flatMap((message) =>
    message.role === "assistant"
      ? message.calls.map(({ tool, input }) => canonicalJson([tool, JSON.parse(input) as Json]))
      : [],
  );
}

/** All that it reads but the task itself, each string of a result by itself. */
function textsOf({ messages, instructions }: SimulatedRequest): string[] {
  const read = messages.flatMap(({ role, ...message }) =>
    role === "assistant" || !("text" in message) ? [] : stringsOf(message.text),
  );
  return [instructions, ...read].map((text) => text.replaceAll("\\", ""));
}

function stringsOf(text: string): string[] {
  try {
    return leaves(JSON.parse(text) as Json);
  } catch {
    return [text];
  }
}

function leaves(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...leaves(inner)]);
}
