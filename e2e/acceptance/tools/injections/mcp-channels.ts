import { openTestMcpServer } from "../../../../packages/tools/src/mcp/test-mcp-server.ts";
import type { Platform } from "../../../platform.ts";
import type { Proof } from "../../claim.ts";
import { addServer } from "../mcp-peer.ts";
import type { Channel } from "./channels.ts";

/** Somebody else's MCP server, which hands on what others write, and can act. */
export interface McpDesk {
  /** To be allowed, as `host:port`. */
  hosts: string[];
  channels: Channel[];
  /** What it was told to do. */
  acts: unknown[];
  connect(platform: Platform): Promise<void>;
}

const text = (description: string, field: string) => ({
  description,
  inputSchema: {
    type: "object",
    properties: { [field]: { type: "string" } },
    required: [field],
    additionalProperties: false,
  },
});

const tools = [
  { name: "lookup", ...text("Looks a ticket up.", "ticket"), annotations: { readOnlyHint: true } },
  { name: "comment", ...text("Comments on the ticket, for everybody.", "text") },
];

export async function openMcpDesk(proof: Proof): Promise<McpDesk> {
  const tickets = new Map<string, string>();
  const acts: unknown[] = [];
  const server = await openTestMcpServer({
    "tools/list": () => ({ result: { tools } }),
    "tools/call": ({ params }) => {
      const { name, arguments: given } = params as { name: string; arguments: { ticket: string } };
      if (name !== "lookup") acts.push(given);
      const said = tickets.get(given.ticket) ?? "It is noted.";
      const isError = given.ticket?.startsWith("error") ?? false;
      return { result: { content: [{ type: "text", text: said }], isError } };
    },
  });
  proof.finally(async () => server.close());
  const channel = (name: string, prefix: string): Channel => ({
    name,
    async place(caseId, said) {
      const ticket = `${prefix}-${caseId}`;
      tickets.set(ticket, said);
      const calls = [{ tool: "desk__lookup", input: { ticket } }];
      return { ask: `What does the ticket ${ticket} say?`, calls };
    },
  });
  return {
    hosts: [server.host],
    acts,
    channels: [channel("MCP server", "ticket"), channel("error of an MCP server", "error")],
    async connect(platform) {
      const transport = { kind: "http", url: server.url } as const;
      const error = await addServer(platform, "desk", { transport });
      if (error !== null) throw new Error(`The MCP server cannot be reached: ${error}`);
    },
  };
}
