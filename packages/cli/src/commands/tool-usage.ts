import type { ToolUsage } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { money } from "../render/money.ts";
import { count } from "../render/number.ts";
import { table, type Column } from "../render/table.ts";
import { duration } from "../render/time.ts";
import { integerOption } from "../usage.ts";

const time = (ms: number | null) => (ms === null ? "" : duration(ms));

const columns: Column<ToolUsage>[] = [
  { title: "TOOL", value: (one) => one.tool },
  { title: "CALLS", align: "right", value: (one) => count(one.calls) },
  { title: "FAILED", align: "right", value: (one) => count(one.failed) },
  { title: "CACHED", align: "right", value: (one) => count(one.cached) },
  { title: "HALF WITHIN", align: "right", value: (one) => time(one.p50Ms) },
  { title: "95% WITHIN", align: "right", value: (one) => time(one.p95Ms) },
  { title: "WAITED", align: "right", value: (one) => time(one.waitedMs) },
  { title: "COST", align: "right", value: (one) => money(one.costMicros) },
];

export const toolUsage = defineCommand({
  meta: { name: "usage", description: "How often tools were called, what they took and cost" },
  args: {
    hours: { type: "string", valueHint: "number", description: "How far back (24)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const hours = integerOption("hours", args.hours, { min: 1, max: 9_600 });
    const usage = await client.tools.usage(hours === undefined ? {} : { hours });
    if (terminal.json) terminal.document(usage);
    else if (usage.items.length === 0) terminal.print("No tool was called in that time.");
    else terminal.print(table(usage.items, columns, terminal));
  },
});
