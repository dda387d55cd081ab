import { outputText, type Json, type JsonObject } from "@flotilla/core";
import type { Brain, SimulatedRequest } from "./brain.ts";

const expression = /\d[\d.,]*(?:\s*[-+*/×÷^]\s*\(?\s*\d[\d.,]*\)?)+/g;

/**
 * Answers without a model: arithmetic in the question goes to the `calculator` tool when it
 * is on offer, and the answer tells its results; any other question gets a paragraph.
 */
export const demoBrain: Brain = (request) => {
  const place = request.messages.findLastIndex(({ role }) => role === "user");
  const message = request.messages[place];
  const question = message?.role === "user" ? message.text : "";
  const sums = expressionsIn(question);
  const results = resultsAfter(request, place);
  if (sums.length > 0 && results.length === 0 && request.tools.includes("calculator")) {
    return {
      text: `I will work out ${sums.join(" and ")}.`,
      calls: sums.map((sum) => ({ tool: "calculator", input: { expression: sum } })),
    };
  }
  if (request.output) return { text: JSON.stringify(sampleOf(request.output)) };
  if (results.length > 0) return { text: resultText(sums, results) };
  return { text: paragraphFor(question) };
};

function expressionsIn(text: string): string[] {
  const found = Array.from(text.matchAll(expression), ([sum]) =>
    sum
      .replaceAll("×", "*")
      .replaceAll("÷", "/")
      .replace(/[.,]+$/, "")
      .replace(/,(?=\d{3})/g, ""),
  );
  return [...new Set(found)].slice(0, 8);
}

function resultsAfter(request: SimulatedRequest, place: number): string[] {
  return request.messages
    .slice(place + 1)
    .flatMap((message) => (message.role === "tool" ? [message.text] : []));
}

function resultText(sums: string[], results: string[]): string {
  const lines = results.map((result, index) => `${sums[index] ?? "The result"} = ${plain(result)}`);
  return `${lines.join("\n")}\n\nThe answer is ${plain(results.at(-1) ?? "")}.`;
}

/** A tool's result as a reader wants it: `{"result":24}` as `24`. */
function plain(result: string): string {
  let value: Json;
  try {
    value = JSON.parse(result) as Json;
  } catch {
    return result;
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const values = isObject ? Object.values(value as JsonObject) : [value];
  return values.length === 1 ? outputText(values[0] ?? "") : result;
}

const paragraphs = [
  "This is the simulated model. It speaks the wire format of a real provider, streams at the pace you set, and costs nothing, so that you can watch runs, batches and limits at work before you spend a token.",
  "A simulated answer: the run reached the model over HTTP, the tokens came back one event at a time, and each of them is in the journal. Stop the worker now and another one goes on from here.",
  "Nothing was looked up for this answer. Name a real model in the agent, set the provider's key, and the same run asks that one instead; the journal, the tools and the limits stay as they are.",
];

function paragraphFor(question: string): string {
  let hash = 0;
  for (const character of question) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  const about = question.replace(/\s+/g, " ").trim().slice(0, 120);
  const start = about ? `You asked: “${about}”\n\n` : "";
  return start + (paragraphs[hash % paragraphs.length] ?? "");
}

/** The plainest value of a JSON Schema, for agents with an output schema. */
function sampleOf(schema: JsonObject): Json {
  if (schema["const"] !== undefined) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0] ?? null;
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  switch (type) {
    case "object": {
      const properties = (schema["properties"] ?? {}) as Record<string, JsonObject>;
      return Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, sampleOf(property)]),
      );
    }
    case "array":
      return [sampleOf((schema["items"] ?? {}) as JsonObject)];
    case "integer":
    case "number":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "simulated";
  }
}
