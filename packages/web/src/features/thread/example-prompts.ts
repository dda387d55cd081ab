import type { AgentSpec } from "@flotilla/core";

const most = 4;

/**
 * What could be said to an agent at first: what its description quotes, such as “What is 6 * 7?”, then
 * what its tools are for.
 */
export function examplePrompts({
  description,
  tools,
}: Pick<AgentSpec, "description" | "tools">): string[] {
  const quoted = [...description.matchAll(/[“"]([^”"]{3,200})[”"]/g)].map(([, text = ""]) => text);
  const ofTools = tools.slice(0, most).map((tool) => `Show me what you can do with ${tool}.`);
  const first = "What can you help me with?";
  return [...new Set([...quoted, first, ...ofTools])].slice(0, most);
}
