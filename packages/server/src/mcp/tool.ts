import type { CallToolResult, Tool } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Call, ToolAnswer } from "./call.ts";

/** A tool that the MCP server has whatever the agents are. */
export interface McpTool {
  definition: Tool;
  /** Throws `FlotillaError`, which the client is told. */
  call(input: Record<string, unknown>, call: Call): Promise<ToolAnswer>;
}

interface Described<I extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  input: I;
  annotations: NonNullable<Tool["annotations"]>;
  call(input: z.output<I>, call: Call): Promise<ToolAnswer>;
}

/** A tool whose input is checked by a zod schema; what is wrong with it is a result that a model can read. */
export function mcpTool<I extends z.ZodObject>(described: Described<I>): McpTool {
  const { name, title, description, input, annotations } = described;
  const inputSchema = z.toJSONSchema(input, { io: "input" }) as Tool["inputSchema"];
  return {
    definition: { name, title, description, inputSchema, annotations: { title, ...annotations } },
    async call(given, call) {
      const parsed = input.safeParse(given);
      if (!parsed.success) return wrongInput(parsed.error);
      return described.call(parsed.data, call);
    },
  };
}

function wrongInput(error: z.ZodError): CallToolResult {
  const lines = error.issues.map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
  const text = `The arguments are not valid.\n${lines.slice(0, 20).join("\n")}`;
  return { content: [{ type: "text", text }], isError: true };
}

/** JSON as a text and as data. */
export function jsonResult(value: object): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(value) }],
    structuredContent: { ...value },
  };
}

/** The query of a list, of what is given. */
export function queryOf(given: Record<string, string | number | boolean | undefined>): string {
  const pairs = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return pairs.length > 0 ? `?${new URLSearchParams(pairs).toString()}` : "";
}
