import { roles, type Invitation } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { choiceOption, numberOption } from "../usage.ts";

const columns: Column<Invitation>[] = [
  { title: "INVITATION", value: (one) => one.id },
  { title: "ROLE", value: (one) => one.role },
  { title: "STATUS", value: (one) => one.status },
  { title: "BY", value: (one) => one.createdBy },
  { title: "EXPIRES", value: (one) => one.expiresAt.slice(0, 10) },
  { title: "E-MAIL", value: (one) => one.email },
];

const list = defineCommand({
  meta: { name: "list", description: "Open invitations to this organisation" },
  args: {
    closed: { type: "boolean", description: "Also those that are no longer open" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const invitations = await client.invitations.list(args.closed ? { closed: true } : {});
    printList(invitations, terminal, "No open invitations.", (items) =>
      table(items, columns, terminal),
    );
  },
});

const create = defineCommand({
  meta: { name: "create", description: "Invite somebody; the link is shown once" },
  args: {
    email: { type: "positional", description: "E-mail address", required: true },
    role: { type: "string", valueHint: "role", description: `${roles.join(", ")} (viewer)` },
    days: { type: "string", valueHint: "number", description: "Until it expires (7)" },
    ...globalArgs,
  },
  async run({ args }) {
    const role = choiceOption("role", args.role, roles);
    const expiresInDays = numberOption("days", args.days, { min: 0.01, max: 30 });
    const { client, terminal } = connect(args);
    const made = await client.invitations.create({
      email: args.email,
      ...(role && { role }),
      ...(expiresInDays !== undefined && { expiresInDays }),
    });
    if (terminal.json) return terminal.document(made);
    terminal.note(`${made.id} for ${made.email}. Send this link; it works once:`);
    return terminal.print(made.link);
  },
});

const revoke = defineCommand({
  meta: { name: "revoke", description: "Revoke an open invitation" },
  args: {
    id: { type: "positional", description: "Id of the invitation", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const revoked = await client.invitations.revoke(args.id);
    if (terminal.json) terminal.document(revoked);
    else terminal.print(`${revoked.id} is revoked.`);
  },
});

export const invitations = defineCommand({
  meta: { name: "invitations", description: "Invitations to the organisation" },
  default: "list",
  subCommands: { list, create, revoke },
});
