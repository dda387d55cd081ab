import { usageDimensionSchema, type UsageItem } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { money } from "../render/money.ts";
import { count } from "../render/number.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { daysOption, integerOption } from "../usage.ts";

function columns(by: string): Column<UsageItem>[] {
  return [
    { title: by.toUpperCase(), value: ({ key }) => key ?? "(no user)" },
    { title: "RUNS", align: "right", value: ({ runs }) => count(runs) },
    { title: "FAILED", align: "right", value: ({ failedRuns }) => count(failedRuns) },
    { title: "DAYS", align: "right", value: ({ activeDays }) => count(activeDays) },
    { title: "CALLS", align: "right", value: ({ calls }) => count(calls) },
    { title: "INPUT", align: "right", value: ({ inputTokens }) => count(inputTokens) },
    { title: "OUTPUT", align: "right", value: ({ outputTokens }) => count(outputTokens) },
    {
      title: "COST",
      align: "right",
      value: ({ costMicros, costIncomplete }) => money(costMicros, costIncomplete),
    },
    { title: "LAST RUN", value: ({ lastRunAt }) => ago(lastRunAt) },
  ];
}

export const usage = defineCommand({
  meta: { name: "usage", description: "Who has used how much: most first" },
  args: {
    by: {
      type: "enum",
      options: [...usageDimensionSchema.options],
      default: "user",
      description: "Told apart by this",
    },
    from: { type: "string", valueHint: "date", description: "First day (UTC), as 2026-01-31" },
    to: { type: "string", valueHint: "date", description: "Last day (UTC)" },
    user: { type: "string", valueHint: "name", description: "Only of this user" },
    agent: { type: "string", valueHint: "name", description: "Only of this agent" },
    limit: { type: "string", valueHint: "number", default: "50", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const days = daysOption(args);
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.usage({
      by: args.by,
      ...days,
      ...(args.user && { user: args.user }),
      ...(args.agent && { agent: args.agent }),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No runs.", (items) => table(items, columns(page.by), terminal));
  },
});
