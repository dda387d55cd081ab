import type { McpToolItem } from "@flotilla/api";
import { mcpServerSettings, toolRisks, type ToolRisk } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs, type Connection } from "../connection.ts";
import { listOption } from "../list-option.ts";
import { printList } from "../print-page.ts";
import { toolColumns, toolText } from "../render/mcp.ts";
import { table } from "../render/table.ts";
import { UsageError } from "../usage.ts";

const serverArg = {
  server: { type: "positional", description: "Name of the server", required: true },
} as const;

export const listTools = defineCommand({
  meta: { name: "tools", description: "What a server says of its tools, and what changed" },
  args: {
    ...serverArg,
    changes: { type: "boolean", description: "Show what waits for an approval, with its changes" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const page = await client.mcpServers.tools(args.server);
    const { items } = page;
    if (args.changes && !terminal.json) {
      const waiting = items.filter(isWaiting);
      if (waiting.length === 0) terminal.print("Nothing waits for an approval.");
      for (const tool of waiting) terminal.print(`${toolText(tool, terminal)}\n`);
      return;
    }
    printList(page, terminal, `No tools. Look: flotilla mcp test ${args.server}`, (all) =>
      table(all, toolColumns(terminal), terminal),
    );
  },
});

export const approveTools = defineCommand({
  meta: {
    name: "approve-tools",
    description: "Approve what tools say: models are shown that alone",
  },
  args: {
    ...serverArg,
    tools: { type: "string", valueHint: "list", description: "These, by the server's own names" },
    all: { type: "boolean", description: "All that wait" },
    "with-hidden": {
      type: "boolean",
      description: "Also what holds characters that a reader does not see",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const names = listOption(args.tools);
    if ((names.length === 0) === (args.all !== true)) throw new UsageError("Say --tools or --all.");
    const connected = connect(args);
    const { client, terminal } = connected;
    const tools = await chosen(connected, args.server, names);
    if (tools.length === 0) {
      if (terminal.json) terminal.document({ items: [] });
      else terminal.print("Nothing waits for an approval.");
      return;
    }
    const page = await client.mcpServers.approveTools(args.server, {
      tools: tools.flatMap(({ tool, hash }) => (hash === null ? [] : [{ tool, hash }])),
      ...(args["with-hidden"] && { withHidden: true }),
    });
    printList(page, terminal, "No tools.", (all) => table(all, toolColumns(terminal), terminal));
  },
});

export const setRisk = defineCommand({
  meta: {
    name: "risk",
    description: "Say what calls of a tool can do, whatever the server says of it",
  },
  args: {
    ...serverArg,
    tool: { type: "positional", description: "By the server's own name", required: true },
    risk: {
      type: "positional",
      description: `${toolRisks.join(", ")}; or server, to take its own word again`,
      required: true,
    },
    ...globalArgs,
  },
  async run({ args }) {
    const known = [...toolRisks, "server"];
    if (!known.includes(args.risk)) throw new UsageError(`Say one of: ${known.join(", ")}.`);
    const { client, terminal } = connect(args);
    const server = await client.mcpServers.get(args.server);
    const { [args.tool]: _before, ...others } = server.risks;
    const risk = args.risk as ToolRisk | "server";
    const risks = risk === "server" ? others : { ...others, [args.tool]: risk };
    await client.mcpServers.set(args.server, { ...mcpServerSettings(server), risks });
    const page = await client.mcpServers.tools(args.server);
    printList(page, terminal, "No tools.", (all) => table(all, toolColumns(terminal), terminal));
  },
});

export const withdrawTools = defineCommand({
  meta: { name: "withdraw-tools", description: "Take approvals of tools back" },
  args: {
    ...serverArg,
    tools: {
      type: "string",
      valueHint: "list",
      required: true,
      description: "These, by the server's own names",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const page = await client.mcpServers.withdrawTools(args.server, listOption(args.tools));
    printList(page, terminal, "No tools.", (all) => table(all, toolColumns(terminal), terminal));
  },
});

async function chosen(
  { client }: Pick<Connection, "client">,
  server: string,
  names: string[],
): Promise<McpToolItem[]> {
  const { items } = await client.mcpServers.tools(server);
  if (names.length === 0) return items.filter(isWaiting);
  return names.map((name) => {
    const found = items.find(({ tool, name: ours }) => tool === name || ours === name);
    if (found) return found;
    const known = items.map(({ tool }) => tool).join(", ") || "none";
    throw new UsageError(`${server} has no tool "${name}".`, `Its tools: ${known}.`);
  });
}

function isWaiting({ state }: McpToolItem): boolean {
  return state === "new" || state === "changed";
}
