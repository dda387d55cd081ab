import type { AgentSpec, Json } from "@flotilla/core";
import { isObject } from "./agent-schema.ts";

/** By which protocols an agent is offered to programs, beside the API. */
export function publishedAs({ publish }: Pick<AgentSpec, "publish">): ("MCP" | "A2A")[] {
  const { mcp = true, a2a = false } = publish ?? {};
  return [...(mcp ? (["MCP"] as const) : []), ...(a2a ? (["A2A"] as const) : [])];
}

/** How an agent goes about its task, by the kind of its strategy. */
export const strategyWords: Readonly<Record<string, string>> = {
  react: "Thinks and acts in turns until it answers",
  plan_and_solve: "Plans first, then goes step by step",
  hierarchical: "Plans, and gives steps to other agents",
  reflexion: "Answers, is judged, and tries again with the lesson",
};

/** When answers given before serve an agent's calls. */
export const cacheWords = {
  off: "Off: each call is made",
  cold: "On, where the temperature is 0",
  any: "On, at any temperature",
} as const;

export function cacheChoice(value: Json | undefined): keyof typeof cacheWords {
  if (value === true) return "any";
  if (!isObject(value) || value["mode"] === "off") return "off";
  return value["anyTemperature"] === true ? "any" : "cold";
}
