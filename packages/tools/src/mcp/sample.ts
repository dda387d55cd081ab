import { FlotillaError, type McpServer } from "@flotilla/core";
import type { ToolCall } from "../tool.ts";
import type { CallScope, SampleParams } from "./call-scope.ts";
import { mcpLimits } from "./limits.ts";

/** Tokens that an answer for a server may have. */
const mostTokens = 4_096;

/**
 * Asks the run's model for a server, as often as one call may. Texts alone are passed on; what it answers is charged to
 * the run. Throws `tool_forbidden` where the server may not ask.
 *
 * @param contextOf of the try that is under way; undefined: none is, a person is asked
 */
export function samplerOf(
  server: McpServer,
  contextOf: () => ToolCall | undefined,
): CallScope["sample"] {
  let asked = 0;
  return async ({ messages, systemPrompt, maxTokens }) => {
    const context = contextOf();
    if (!context) {
      throw new FlotillaError("tool_forbidden", "No model is asked while a person is.");
    }
    if (!server.sampling) {
      throw new FlotillaError("tool_forbidden", `${server.name} may not ask models.`);
    }
    if ((asked += 1) > mcpLimits.samplings) {
      const message = `${server.name} asked models more than ${mcpLimits.samplings} times in one call.`;
      throw new FlotillaError("tool_forbidden", message);
    }
    const { text, model, truncated } = await context.model({
      messages: messages.map(({ role, content }) => ({ role, text: textOf(content) })),
      ...(systemPrompt !== undefined && { instructions: systemPrompt }),
      maxOutputTokens: Math.min(Math.max(1, Math.floor(maxTokens)), mostTokens),
    });
    const stopReason = truncated ? "maxTokens" : "endTurn";
    return { model, role: "assistant", content: { type: "text", text }, stopReason };
  };
}

function textOf(content: SampleParams["messages"][number]["content"]): string {
  const blocks = (Array.isArray(content) ? content : [content]) as {
    type: string;
    text?: string;
  }[];
  return blocks
    .map(({ type, text }) => (type === "text" ? text : `(${type}, which is not passed on)`))
    .join("\n");
}
