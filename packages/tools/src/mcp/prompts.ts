import type { McpPrompt, McpPromptMessage, McpServerEntry } from "@flotilla/core";
import type { Prompt, PromptMessage } from "@modelcontextprotocol/client";
import { askServer } from "./ask-server.ts";
import type { Connections } from "./connections.ts";
import { mcpLimits } from "./limits.ts";

/** The prompts that a server has for people to start from. Throws `tool_failed`. */
export function listPrompts(connections: Connections, entry: McpServerEntry): Promise<McpPrompt[]> {
  return askServer(connections, entry, async ({ client }) => {
    const { prompts } = await client.listPrompts(undefined, { timeout: mcpLimits.connectMs });
    return prompts.slice(0, mcpLimits.tools).map(toPrompt);
  });
}

/** A prompt filled in: messages with which a run can be started. Throws `tool_failed`. */
export function getPrompt(
  connections: Connections,
  entry: McpServerEntry,
  prompt: { name: string; arguments: Record<string, string> },
): Promise<McpPromptMessage[]> {
  return askServer(connections, entry, async ({ client }) => {
    const { messages } = await client.getPrompt(prompt, { timeout: mcpLimits.connectMs });
    return messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  });
}

function toPrompt({ name, title, description, arguments: given = [] }: Prompt): McpPrompt {
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    arguments: given.map(toArgument),
  };
}

function toArgument(given: NonNullable<Prompt["arguments"]>[number]) {
  const { name, description, required = false } = given;
  return { name, ...(description !== undefined && { description }), required };
}

function textOf(content: PromptMessage["content"]): string {
  if (content.type === "text") return content.text;
  if (content.type !== "resource") return `(${content.type})`;
  const { resource } = content;
  return "text" in resource ? resource.text : `(resource ${resource.uri})`;
}
