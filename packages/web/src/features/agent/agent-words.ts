import type { AgentSpec } from "@flotilla/core";

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
