import { roles, type Member } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { choiceWord } from "../usage.ts";

const columns: Column<Member>[] = [
  { title: "USER", value: (one) => one.userId },
  { title: "ROLE", value: (one) => one.role },
  { title: "SINCE", value: (one) => one.joinedAt.slice(0, 10) },
  { title: "NAME", value: (one) => one.name ?? "" },
  { title: "E-MAIL", value: (one) => one.email ?? "" },
];

const list = defineCommand({
  meta: { name: "list", description: "The members of the organisation" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const members = await client.members.list();
    printList(members, terminal, "No members.", (items) => table(items, columns, terminal));
  },
});

const user = { type: "positional", description: "Id of the user", required: true } as const;

const role = defineCommand({
  meta: { name: "role", description: "Give a member another role" },
  args: {
    user,
    role: { type: "positional", description: roles.join(", "), required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const given = choiceWord("role", args.role, roles);
    const { client, terminal } = connect(args);
    const changed = await client.members.change(args.user, { role: given });
    if (terminal.json) terminal.document(changed);
    else terminal.print(table([changed], columns, terminal));
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a member; the last owner cannot go" },
  args: { user, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await client.members.remove(args.user);
    if (terminal.json) terminal.document({ removed: args.user });
    else terminal.print(`${args.user} is no member any more.`);
  },
});

export const members = defineCommand({
  meta: { name: "members", description: "Members of the organisation, and their roles" },
  default: "list",
  subCommands: { list, role, remove },
});
