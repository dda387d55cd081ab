import { triggerSpecSchema, type TriggerMade } from "@flotilla/api";
import type { Trigger, TriggerStart } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { applyArgs, specsToApply } from "../apply-specs.ts";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { printList, printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { readSpecFiles } from "../spec-file.ts";
import type { Terminal } from "../terminal.ts";
import { integerOption } from "../usage.ts";

const nameArg = {
  name: { type: "positional", description: "Name of the trigger", required: true },
} as const;

const columns: Column<Trigger>[] = [
  { title: "NAME", value: ({ name }) => name },
  { title: "WHEN", value: whenText },
  { title: "STARTS", value: ({ start }) => `${start.kind} of ${start.agent}` },
  { title: "ON", value: ({ enabled }) => (enabled ? "yes" : "no") },
];

function whenText({ source }: Trigger): string {
  if (source.kind === "webhook") return `a webhook (${source.scheme})`;
  const { of, agent, name, statuses } = source;
  const which = [agent && `of ${agent}`, name && `named ${name}`].filter(Boolean).join(" ");
  return `a ${of}${which && ` ${which}`} is ${statuses.join(" or ")}`;
}

const startColumns: Column<TriggerStart>[] = [
  { title: "AT", value: ({ at }) => ago(at) },
  { title: "OCCASION", value: ({ occasion }) => occasion },
  { title: "STATE", value: ({ state }) => state },
  { title: "STARTED", value: ({ runId, batchId }) => runId ?? batchId ?? "-" },
  { title: "WHY", value: ({ error }) => error?.message ?? "" },
];

const list = defineCommand({
  meta: { name: "list", description: "Triggers, and what they start" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const nothing = "No triggers. Write one in a file, then: flotilla triggers apply -f <file>";
    printList(await client.triggers.list(), terminal, nothing, (items) =>
      table(items, columns, terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One trigger, as its file would be" },
  args: { ...nameArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const found = await client.triggers.get(args.name);
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    const { name, source, start, enabled, url } = found;
    if (url !== undefined) terminal.note(`Send to ${url}`);
    terminal.write(stringify({ name, source, start, enabled }));
  },
});

const apply = defineCommand({
  meta: { name: "apply", description: "Create triggers from a file, or change them" },
  args: { ...applyArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const kind = { noun: "trigger", schema: triggerSpecSchema };
    const files = await readSpecFiles(args.file, kind);
    const specs = specsToApply(files, kind.noun, args.check, terminal);
    if (!specs) return;
    const applied: TriggerMade[] = [];
    for (const { name, ...spec } of specs) applied.push(await client.triggers.set(name, spec));
    if (terminal.json) terminal.document({ items: applied });
    else for (const one of applied) tell(one, terminal);
  },
});

function tell({ name, url, secret }: TriggerMade, terminal: Terminal): void {
  terminal.print(`${name} is set.${url === undefined ? "" : ` Send to ${url}`}`);
  if (secret === undefined) return;
  terminal.note("Sign what is sent with this secret; it is not shown again:");
  terminal.print(secret);
}

const history = defineCommand({
  meta: { name: "history", description: "What became of a trigger's occasions, newest first" },
  args: {
    ...nameArg,
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const page = await client.triggers.starts(args.name, {
      ...(limit !== undefined && { limit }),
      ...(args.cursor && { cursor: args.cursor }),
    });
    printPage(page, terminal, "Nothing happened yet.", (items) =>
      table(items, startColumns, terminal),
    );
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a trigger and its history; its runs stay" },
  args: {
    ...nameArg,
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Removing", `Remove the trigger ${args.name}?`);
    await client.triggers.remove(args.name);
    if (terminal.json) terminal.document({ removed: args.name });
    else terminal.print(`${args.name} is removed.`);
  },
});

export const triggers = defineCommand({
  meta: { name: "triggers", description: "Triggers: what starts when something happens" },
  default: "list",
  subCommands: { list, show, apply, history, remove },
});
