import { createHash } from "node:crypto";
import type { McpTool } from "@flotilla/core";

const longest = 64;

/**
 * What models call a server's tool by. Letters that names of tools cannot have become `_`; what does not fit, or is
 * taken, ends with a part of the name's hash.
 */
export function mcpToolName(
  server: string,
  tool: string,
  isTaken: (name: string) => boolean = () => false,
): string {
  const plain = tool.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_");
  const name = `${server}__${plain}`;
  const isWhole = plain !== "" && name.length <= longest;
  if (isWhole && !isTaken(name)) return name;
  const mark = createHash("sha256").update(tool).digest("hex").slice(0, 8);
  return `${name.slice(0, longest - mark.length - 1)}_${mark}`;
}

/** Names for the tools of a server, by its own names of them: those that are known keep theirs. */
export function nameMcpTools(
  server: string,
  tools: readonly string[],
  known: readonly Pick<McpTool, "tool" | "name">[],
): Map<string, string> {
  const names = new Map(known.map(({ tool, name }) => [tool, name]));
  const taken = new Set(names.values());
  // In one order, whatever order the server has: so that all processes give the same ones.
  for (const tool of [...new Set(tools)].toSorted()) {
    if (names.has(tool)) continue;
    const name = mcpToolName(server, tool, (one) => taken.has(one));
    names.set(tool, name);
    taken.add(name);
  }
  return names;
}

/** Which server a tool's name is of; undefined when it is of none. */
export function serverOfTool(name: string): string | undefined {
  const at = name.indexOf("__");
  return at > 0 ? name.slice(0, at) : undefined;
}
