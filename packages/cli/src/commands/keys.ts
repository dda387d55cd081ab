import type { KeyMade } from "@flotilla/api";
import { permissionSchema, roles, type ApiKey } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import type { Terminal } from "../terminal.ts";
import { choiceOption, numberOption, UsageError } from "../usage.ts";

const columns: Column<ApiKey>[] = [
  { title: "KEY", value: (one) => one.id },
  { title: "BEGINS", value: (one) => `${one.hint}…` },
  { title: "ROLE", value: (one) => one.role },
  { title: "SCOPES", value: (one) => one.scopes?.join(" ") ?? "all of the role" },
  { title: "MADE BY", value: (one) => one.createdBy },
  { title: "LAST USED", value: (one) => (one.lastUsedAt ? ago(one.lastUsedAt) : "never") },
  { title: "EXPIRES", value: expiryText },
  { title: "NAME", value: (one) => one.name },
];

function expiryText({ expiresAt, revokedAt }: ApiKey): string {
  if (revokedAt) return "revoked";
  return expiresAt?.slice(0, 10) ?? "never";
}

const list = defineCommand({
  meta: { name: "list", description: "The API keys of this organisation and environment" },
  args: { revoked: { type: "boolean", description: "Revoked ones too" }, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const keys = await client.keys.list(args.revoked ? { revoked: true } : {});
    printList(keys, terminal, "No API keys.", (items) => table(items, columns, terminal));
  },
});

const create = defineCommand({
  meta: { name: "create", description: "Make an API key; it is shown once" },
  args: {
    name: { type: "positional", description: "What it is for", required: true },
    role: { type: "string", valueHint: "role", description: `${roles.join(", ")} (operator)` },
    scopes: {
      type: "string",
      valueHint: "list",
      description: "It may do no more than these permissions, with commas between them",
    },
    days: { type: "string", valueHint: "number", description: "Until it expires (90); 0: never" },
    ...globalArgs,
  },
  async run({ args }) {
    const role = choiceOption("role", args.role, roles);
    const days = numberOption("days", args.days, { min: 0, max: 3_650 });
    const { client, terminal } = connect(args);
    const made = await client.keys.create({
      name: args.name,
      ...(role && { role }),
      ...(args.scopes && { scopes: scopesOf(args.scopes) }),
      ...(days !== undefined && { expiresInDays: days === 0 ? null : days }),
    });
    show(made, terminal);
  },
});

function scopesOf(words: string) {
  return words.split(",").map((word) => {
    const scope = permissionSchema.safeParse(word.trim());
    if (scope.success) return scope.data;
    throw new UsageError(`--scopes: there is no permission "${word.trim()}".`);
  });
}

const key = { type: "positional", description: "Id of the key", required: true } as const;

const rotate = defineCommand({
  meta: { name: "rotate", description: "Give a key another secret; it is shown once" },
  args: {
    id: key,
    grace: {
      type: "string",
      valueHint: "hours",
      description: "How long the present secret is good beside it (24)",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const graceHours = numberOption("grace", args.grace, { min: 0, max: 720 });
    const { client, terminal } = connect(args);
    const rotation = graceHours === undefined ? {} : { graceHours };
    show(await client.keys.rotate(args.id, rotation), terminal);
  },
});

/** The secret alone is on stdout, so that a script can take it. */
function show(made: KeyMade, terminal: Terminal): void {
  if (terminal.json) return terminal.document(made);
  terminal.note(`${made.id} (${made.name}). Keep it: it is not shown again.`);
  return terminal.print(made.secret);
}

const revoke = defineCommand({
  meta: { name: "revoke", description: "Revoke a key for good" },
  args: { id: key, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const revoked = await client.keys.revoke(args.id);
    if (terminal.json) terminal.document(revoked);
    else terminal.print(`${revoked.id} is revoked.`);
  },
});

export const keys = defineCommand({
  meta: { name: "keys", description: "API keys: what programs sign in with" },
  default: "list",
  subCommands: { list, create, rotate, revoke },
});
