import type { RunListQuery } from "@flotilla/api";
import { runStatusSchema, type RunStatus } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { runTable } from "../render/run.ts";
import { integerOption, numberOption, timeOption } from "../usage.ts";

const filterArgs = {
  status: {
    type: "enum",
    options: [...runStatusSchema.options] as RunStatus[],
    description: "Only these",
  },
  agent: { type: "string", valueHint: "name", description: "Only runs of this agent" },
  version: { type: "string", valueHint: "number", description: "Only of this version of it" },
  user: { type: "string", valueHint: "name", description: "Only those that run for this user" },
  batch: { type: "string", valueHint: "id", description: "Only runs of this batch" },
  schedule: { type: "string", valueHint: "name", description: "Only what this schedule began" },
  parent: { type: "string", valueHint: "id", description: "Only those that this run has begun" },
  all: { type: "boolean", description: "Also runs that do a part of another one" },
  since: { type: "string", valueHint: "time", description: "Not before: 2026-01-31 or ISO 8601" },
  until: { type: "string", valueHint: "time", description: "Before" },
  text: {
    type: "string",
    valueHint: "words",
    description: "Only those with this in the beginning of their input",
  },
  "min-cost": { type: "string", valueHint: "usd", description: "Only those that cost this much" },
  "max-cost": { type: "string", valueHint: "usd", description: "Only those that cost no more" },
  metadata: {
    type: "string",
    valueHint: "key=value,…",
    description: "Only those started with this; several with commas between them",
  },
  error: { type: "string", valueHint: "fingerprint", description: "Only those that failed of it" },
} as const;

type FilterArgs = Partial<Record<Exclude<keyof typeof filterArgs, "all">, string>> & {
  all?: boolean | undefined;
};

function filterOf(args: FilterArgs): RunListQuery {
  const version = integerOption("version", args.version, { min: 1 });
  const since = timeOption("since", args.since);
  const until = timeOption("until", args.until);
  const least = numberOption("min-cost", args["min-cost"], { min: 0 });
  const most = numberOption("max-cost", args["max-cost"], { min: 0 });
  return {
    ...(args.status && { status: args.status as RunStatus }),
    ...(args.agent && { agent: args.agent }),
    ...(version !== undefined && { version }),
    ...(args.user && { user: args.user }),
    ...(args.batch && { batchId: args.batch }),
    ...(args.schedule && { schedule: args.schedule }),
    ...(args.parent && { parent: args.parent }),
    ...(args.all && { tree: "all" as const }),
    ...(since && { since }),
    ...(until && { until }),
    ...(args.text && { text: args.text }),
    ...(least !== undefined && { minCostMicros: Math.floor(least * 1_000_000) }),
    ...(most !== undefined && { maxCostMicros: Math.floor(most * 1_000_000) }),
    ...(args.metadata && { metadata: args.metadata }),
    ...(args.error && { fingerprint: args.error }),
  };
}

export const list = defineCommand({
  meta: { name: "list", description: "Runs, newest first" },
  args: {
    ...filterArgs,
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const page = await client.runs.list({
      ...filterOf(args),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No runs.", (items) => runTable(items, terminal));
  },
});
