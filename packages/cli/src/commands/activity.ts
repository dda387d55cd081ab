import {
  activityOutcomeSchema,
  type Activity,
  type ActivityFilter,
  type ActivityOutcome,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { moment } from "../render/time.ts";
import { integerOption, timeOption } from "../usage.ts";
import { writeContent } from "../write-content.ts";

const filterArgs = {
  actor: { type: "string", valueHint: "id", description: "Only of this user, key or service" },
  action: { type: "string", valueHint: "name", description: "Only this, as runs.steer" },
  resource: { type: "string", valueHint: "name", description: "Only on this, as agents/refunds" },
  outcome: {
    type: "enum",
    options: [...activityOutcomeSchema.options] as ActivityOutcome[],
    description: "Only these",
  },
  from: { type: "string", valueHint: "time", description: "Not before: 2026-01-31 or ISO 8601" },
  to: { type: "string", valueHint: "time", description: "Before" },
} as const;

type FilterArgs = Partial<Record<keyof typeof filterArgs, string>>;

function filterOf(args: FilterArgs): ActivityFilter {
  const from = timeOption("from", args.from);
  const to = timeOption("to", args.to);
  return {
    ...(args.actor && { actor: args.actor }),
    ...(args.action && { action: args.action }),
    ...(args.resource && { resource: args.resource }),
    ...(args.outcome && { outcome: args.outcome as ActivityOutcome }),
    ...(from && { from }),
    ...(to && { to }),
  };
}

const columns: Column<Activity>[] = [
  { title: "AT", value: ({ at }) => moment(at) },
  { title: "WHO", value: ({ actor }) => actor.name || "(unknown)" },
  { title: "FROM", value: ({ ip }) => ip ?? "–" },
  { title: "ACTION", value: ({ action }) => action },
  { title: "OUTCOME", value: ({ outcome }) => outcome },
  { title: "ON", value: ({ resource }) => resource ?? "–" },
];

const list = defineCommand({
  meta: { name: "list", description: "Who did what, when and from where; newest first" },
  args: {
    ...filterArgs,
    limit: { type: "string", valueHint: "number", default: "50", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.activity.list({
      ...filterOf(args),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No activity.", (items) => table(items, columns, terminal));
  },
});

const exported = defineCommand({
  meta: { name: "export", description: "All of it as a file" },
  args: {
    format: {
      type: "enum",
      options: ["jsonl", "csv"],
      default: "jsonl",
      description: "JSON lines or CSV",
    },
    out: { type: "string", alias: "o", valueHint: "path", description: "Write to a file (stdout)" },
    ...filterArgs,
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const format = args.format === "csv" ? "csv" : "jsonl";
    await writeContent(await client.activity.export({ ...filterOf(args), format }), args.out);
    if (args.out !== undefined) terminal.note(`The activity is in ${args.out}.`);
  },
});

export const activity = defineCommand({
  meta: { name: "activity", description: "Who did what, when and from where" },
  default: "list",
  subCommands: { list, export: exported },
});
