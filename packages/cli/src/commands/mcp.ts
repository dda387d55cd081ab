import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect as connectTo, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { serverColumns, serverText, transportText } from "../render/mcp.ts";
import { table } from "../render/table.ts";
import { add } from "./mcp-add.ts";
import { connect, disconnect } from "./mcp-connect.ts";
import { serve } from "./mcp-serve.ts";
import { approveTools, listTools, setRisk, withdrawTools } from "./mcp-tools.ts";

const serverArg = {
  server: { type: "positional", description: "Name of the server", required: true },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "MCP servers, and how they do" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const page = await client.mcpServers.list();
    printList(page, terminal, "No MCP servers. Add one: flotilla mcp add", (items) =>
      table(items, serverColumns(terminal), terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One server" },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const server = await client.mcpServers.get(args.server);
    if (terminal.json) terminal.document(server);
    else terminal.print(serverText(server, terminal));
  },
});

const approve = defineCommand({
  meta: {
    name: "approve",
    description: "Approve how a server is reached: just this address or command",
  },
  args: {
    ...serverArg,
    hash: { type: "string", valueHint: "hash", description: "Of what was shown to you" },
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const server = await client.mcpServers.get(args.server);
    const hash = args.hash ?? server.hash;
    if (!args.yes && args.hash === undefined) {
      const message = `May ${server.name} be used as ${transportText(server)}?`;
      await beSure(terminal, "Approving", message);
    }
    await client.mcpServers.approve(args.server, hash);
    const tested = await client.mcpServers.test(args.server);
    if (terminal.json) terminal.document(tested);
    else terminal.print(serverText(tested.server, terminal));
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Connect to a server and read what it says of its tools" },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const tested = await client.mcpServers.test(args.server);
    if (terminal.json) {
      terminal.document(tested);
      return;
    }
    terminal.print(serverText(tested.server, terminal));
    terminal.print(tested.error ?? `It answered in ${tested.ms} ms.`);
  },
});

const enable = defineCommand({
  meta: { name: "enable", description: "Let runs call a server again" },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const server = await client.mcpServers.enable(args.server);
    if (terminal.json) terminal.document(server);
    else terminal.print(`${server.name} is ${server.state}.`);
  },
});

const disable = defineCommand({
  meta: { name: "disable", description: "Let no run call a server" },
  args: { ...serverArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    const server = await client.mcpServers.disable(args.server);
    if (terminal.json) terminal.document(server);
    else terminal.print(`${server.name} is ${server.state}.`);
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a server, with what was approved of its tools" },
  args: {
    ...serverArg,
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connectTo(args);
    if (!args.yes) await beSure(terminal, "Removing", `Remove the MCP server ${args.server}?`);
    await client.mcpServers.remove(args.server);
    if (terminal.json) terminal.document({ removed: args.server });
    else terminal.print(`${args.server} is removed.`);
  },
});

export const mcp = defineCommand({
  meta: { name: "mcp", description: "MCP servers, whose tools runs call; the platform as one" },
  default: "list",
  subCommands: {
    ...{ list, show, add, approve, test, tools: listTools },
    ...{ "approve-tools": approveTools, "withdraw-tools": withdrawTools, risk: setRisk },
    ...{ connect, disconnect, enable, disable, remove, serve },
  },
});
