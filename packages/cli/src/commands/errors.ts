import { errorSourceSchema, type ErrorGroup } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { count } from "../render/number.ts";
import { properties, table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { integerOption } from "../usage.ts";

const errorArg = {
  error: { type: "positional", description: "Id of the group", required: true },
} as const;

const columns: Column<ErrorGroup>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "SEEN", align: "right", value: (group) => count(group.count) },
  { title: "LAST", value: ({ lastSeenAt }) => ago(lastSeenAt) },
  { title: "SOURCE", value: ({ source }) => source },
  { title: "CODE", value: ({ code }) => code },
  { title: "STATE", value: stateOf },
  { title: "ERROR", value: ({ title }) => title },
];

function stateOf({ resolvedAt, reopened }: ErrorGroup): string {
  if (resolvedAt !== null) return "resolved";
  return reopened > 0 ? "reopened" : "open";
}

const list = defineCommand({
  meta: {
    name: "list",
    description: "Errors in groups of the same kind, the ones seen last first",
  },
  args: {
    state: {
      type: "enum",
      options: ["open", "resolved", "all"],
      default: "open",
      description: "Only these",
    },
    source: {
      type: "enum",
      options: [...errorSourceSchema.options],
      description: "Only those seen there",
    },
    code: { type: "string", valueHint: "code", description: "Only those of this code" },
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.errors.list({
      ...(args.state !== "all" && { state: args.state }),
      ...(args.source && { source: args.source }),
      ...(args.code && { code: args.code }),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No errors.", (items) => table(items, columns, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One group, with the last error of it" },
  args: { ...errorArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const group = await client.errors.get(args.error);
    if (terminal.json) {
      terminal.document(group);
      return;
    }
    terminal.print(properties(rowsOf(group), terminal));
    if (group.example.stack !== undefined) terminal.print(`\n${group.example.stack}`);
  },
});

function rowsOf(group: ErrorGroup): [string, string][] {
  const { example, resolvedBy } = group;
  const state = resolvedBy === null ? stateOf(group) : `resolved by ${resolvedBy}`;
  const rows: [string, string | undefined][] = [
    ["error", example.message],
    ["code", group.code],
    ["source", group.source],
    ["state", state],
    ["seen", `${count(group.count)} times, first ${group.firstSeenAt}, last ${group.lastSeenAt}`],
    ["run", example.runId],
    ["request", example.requestId],
    ["trace", example.traceId],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

const resolve = defineCommand({
  meta: {
    name: "resolve",
    description: "Note it as resolved; it opens again when it is seen again",
  },
  args: { ...errorArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const group = await client.errors.resolve(args.error);
    if (terminal.json) terminal.document(group);
    else terminal.print(`${group.id} is resolved.`);
  },
});

export const errors = defineCommand({
  meta: { name: "errors", description: "What went wrong, in groups of the same kind" },
  default: "list",
  subCommands: { list, show, resolve },
});
