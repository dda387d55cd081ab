import type { ComponentHealth, HealthHour } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { healthText } from "../health/check.ts";
import { componentCheck } from "../health/components.ts";
import { printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { moment } from "../render/time.ts";
import { integerOption, timeOption } from "../usage.ts";

const show = defineCommand({
  meta: { name: "show", description: "How each component is, and what to do where it is not well" },
  args: { ...globalArgs },
  async run({ args }): Promise<ExitCode> {
    const { client, terminal } = connect(args);
    const answer = await client.health.components();
    if (terminal.json) terminal.document(answer);
    else terminal.print(healthText(answer.items.map(componentCheck), terminal.paint));
    return answer.state === "down" ? exitCodes.error : exitCodes.ok;
  },
});

const columns: Column<ComponentHealth | HealthHour>[] = [
  { title: "AT", value: (item) => moment(timeOf(item)) },
  { title: "COMPONENT", value: ({ component }) => component },
  { title: "STATE", value: stateOf },
  { title: "REASON", value: ({ reason }) => reason ?? "–" },
];

function timeOf(item: ComponentHealth | HealthHour): string {
  return "hour" in item ? item.hour : item.at;
}

function stateOf(item: ComponentHealth | HealthHour): string {
  if (!("hour" in item)) return item.state;
  const { ok, degraded, down } = item;
  const percent = Math.round((1_000 * ok) / Math.max(1, ok + degraded + down)) / 10;
  return `${percent} % ok`;
}

const history = defineCommand({
  meta: { name: "history", description: "How the components were, newest first" },
  args: {
    component: { type: "string", valueHint: "name", description: "Only this, as database" },
    by: {
      type: "enum",
      options: ["hour", "sample"],
      default: "hour",
      description: "By the hour (90 days), or each ten seconds (a day)",
    },
    from: { type: "string", valueHint: "time", description: "Not before: 2026-01-31 or ISO 8601" },
    to: { type: "string", valueHint: "time", description: "Before" },
    limit: { type: "string", valueHint: "number", default: "50", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const from = timeOption("from", args.from);
    const to = timeOption("to", args.to);
    const { client, terminal } = connect(args);
    const page = await client.health.history({
      by: args.by === "sample" ? "sample" : "hour",
      ...(args.component && { component: args.component }),
      ...(from && { from }),
      ...(to && { to }),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No history yet.", (items) => table(items, columns, terminal));
  },
});

export const health = defineCommand({
  meta: { name: "health", description: "How the platform's components are, and were" },
  default: "show",
  subCommands: { show, history },
});
