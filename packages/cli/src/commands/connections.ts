import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes } from "../exit.ts";
import { printList } from "../print-page.ts";
import { connectionTable, connectionText } from "../render/connection.ts";
import { add } from "./connections-add.ts";

const name = {
  type: "positional",
  description: "Name of the connection",
  required: true,
} as const;

const list = defineCommand({
  meta: { name: "list", description: "Connections, without what opens them" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const connections = await client.connections.list();
    printList(connections, terminal, "No connections.", (items) =>
      connectionTable(items, terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One connection" },
  args: { name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const connection = await client.connections.get(args.name);
    if (terminal.json) terminal.document(connection);
    else terminal.print(connectionText(connection, terminal));
  },
});

const test = defineCommand({
  meta: { name: "test", description: "Connect and sign in at every server of it, now" },
  args: { name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const connection = await client.connections.test(args.name);
    if (terminal.json) terminal.document(connection);
    else terminal.print(connectionText(connection, terminal));
    return connection.test?.ok ? exitCodes.ok : exitCodes.error;
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a connection, with the login that is its own" },
  args: {
    name,
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Removing", `Remove the connection ${args.name}?`);
    await client.connections.remove(args.name);
    if (terminal.json) terminal.document({ removed: args.name });
    else terminal.print(`${args.name} is removed.`);
  },
});

export const connections = defineCommand({
  meta: { name: "connections", description: "Connections: systems that tools may use" },
  default: "list",
  subCommands: { list, show, add, test, remove },
});
