import { hash } from "node:crypto";
import {
  canonicalJson,
  InputNeeded,
  visibleText,
  type CallQuestion,
  type GivenInput,
  type Json,
  type JsonObject,
  type McpServer,
} from "@flotilla/core";
import type { ElicitAnswer, ElicitParams } from "./call-scope.ts";
import { checkableSchema } from "./definition.ts";
import { mcpLimits } from "./limits.ts";

export type Requests = Record<string, { method: string; params?: Json }>;

export type OwnQuestion = CallQuestion & { own: string };

export function questionsOf(server: McpServer, requests: Requests): OwnQuestion[] {
  return Object.entries(requests).flatMap(([own, { method, params }]) => {
    if (method !== "elicitation/create") return [];
    return [{ ...questionOf(server, params as unknown as ElicitParams, own), own }];
  });
}

export function othersOf(requests: Requests): Record<string, Json> {
  const others = Object.entries(requests).filter(([, one]) => one.method !== "elicitation/create");
  return Object.fromEntries(others) as Record<string, Json>;
}

/** @param own distinguishes questions that are the same */
export function questionOf(server: McpServer, params: ElicitParams, own = ""): CallQuestion {
  const { message, requestedSchema, url } = params;
  const key = hash("sha256", canonicalJson({ own, message, requestedSchema, url })).slice(0, 32);
  const said = visibleText(message.slice(0, mcpLimits.wordsLength));
  if (params.mode === "url" || url !== undefined) {
    const address = visibleText(String(url).slice(0, mcpLimits.wordsLength));
    return {
      key,
      prompt: `The MCP server ${server.name} wants you to open ${address} in a browser: ${said}`,
      form: { kind: "choice", options: ["It is done"], multiple: false },
    };
  }
  const schema = checkableSchema((requestedSchema ?? {}) as JsonObject);
  const prompt = `The MCP server ${server.name} asks: ${said}`;
  return { key, prompt, form: { kind: "schema", schema } };
}

/** What a person said to a question; undefined before he did. */
export function elicited(given: GivenInput | undefined, key: string): ElicitAnswer | undefined {
  const answer = given?.answers[key];
  if (answer === undefined) return undefined;
  if (answer === null) return { action: "decline" };
  const { value } = answer;
  const hasFields = typeof value === "object" && value !== null && !Array.isArray(value);
  return { action: "accept", ...(hasFields && { content: value as never }) };
}

/** What a person left out of an answer is as the form says. */
export function withDefaults(answer: ElicitAnswer, schema: unknown): ElicitAnswer {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, object> };
  if (answer.action !== "accept") return answer;
  const defaults = Object.entries(properties).flatMap(([name, field]) =>
    "default" in field ? [[name, field.default]] : [],
  );
  if (defaults.length === 0) return answer;
  return { ...answer, content: { ...Object.fromEntries(defaults), ...answer.content } };
}

const urlElicitationRequired = -32_042;

/** A call that was refused since the person has to open an address first. */
export function urlNeeded(server: McpServer, error: unknown): InputNeeded | undefined {
  const { code, data } = error as { code?: unknown; data?: { elicitations?: unknown } };
  if (code !== urlElicitationRequired || !Array.isArray(data?.elicitations)) return undefined;
  const asked = data.elicitations as ElicitParams[];
  return new InputNeeded(
    asked.slice(0, mcpLimits.rounds).map((one) => questionOf(server, { ...one, mode: "url" })),
    null,
  );
}
