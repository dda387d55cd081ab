import type { Organisation } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";

const columns: Column<Organisation>[] = [
  { title: "ORGANISATION", value: (one) => one.id },
  { title: "SINCE", value: (one) => one.createdAt.slice(0, 10) },
  { title: "NAME", value: (one) => one.name },
];

const list = defineCommand({
  meta: { name: "list", description: "The organisations that you may use" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const organisations = await client.organisations.list();
    printList(organisations, terminal, "No organisations.", (items) =>
      table(items, columns, terminal),
    );
  },
});

const id = { type: "positional", description: "Its id", required: true } as const;
const name = { type: "positional", description: "Its name, for people", required: true } as const;

const create = defineCommand({
  meta: { name: "create", description: "Create an organisation; you are its first owner" },
  args: { id, name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const made = await client.organisations.create({ id: args.id, name: args.name });
    if (terminal.json) terminal.document(made);
    else terminal.print(table([made], columns, terminal));
  },
});

const rename = defineCommand({
  meta: { name: "rename", description: "Give an organisation another name; its id stays" },
  args: { id, name, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const changed = await client.organisations.change(args.id, { name: args.name });
    if (terminal.json) terminal.document(changed);
    else terminal.print(table([changed], columns, terminal));
  },
});

export const organisations = defineCommand({
  meta: { name: "organisations", description: "Organisations: who shares agents, runs and costs" },
  default: "list",
  subCommands: { list, create, rename },
});
