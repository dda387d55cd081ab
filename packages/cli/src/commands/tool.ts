import type { ToolItem } from "@flotilla/api";
import { FlotillaError, type ToolHealth, type ToolInfo } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { connect, globalArgs } from "../connection.ts";
import { breakerWord } from "../render/breaker.ts";
import { count } from "../render/number.ts";
import { properties, table, type Column } from "../render/table.ts";
import { ago, duration } from "../render/time.ts";
import { toolTerms } from "../render/tool-terms.ts";
import { toolCall } from "./tool-call.ts";
import { toolCheck } from "./tool-check.ts";
import { toolUsage } from "./tool-usage.ts";

const columns: Column<ToolItem>[] = [
  { title: "NAME", value: (one) => one.name },
  { title: "BREAKER", value: (one) => one.breaker.replace("_", " ") },
  { title: "AFTER A CRASH", value: (one) => recoveryText(one) },
  { title: "TIMEOUT", align: "right", value: (one) => duration(one.timeoutMs) },
  { title: "DESCRIPTION", value: (one) => one.description },
];

/** What happens to a call that was cut off. */
function recoveryText({ recovery }: ToolInfo): string {
  if (recovery === "idempotent") return "runs again";
  return recovery === "reconcile" ? "asks the outside" : "asks a person";
}

const list = defineCommand({
  meta: { name: "list", description: "Tools an agent may name" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const tools = await client.tools.list();
    if (terminal.json) terminal.document(tools);
    else terminal.print(table(tools.items, columns, terminal));
  },
});

/** What became of its calls, in the caller's organisation. */
function healthText({ answered, failed, meanMs, lastError }: ToolHealth): string {
  const calls = `${count(answered)} answered, ${count(failed)} failed by its own fault`;
  const time = meanMs === null ? "" : `, ${duration(meanMs)} on average`;
  const last = lastError ? `, last ${lastError.code} ${ago(lastError.at)}` : "";
  return `${calls}${time}${last}`;
}

const show = defineCommand({
  meta: { name: "show", description: "One tool, with the schemas of its input and output" },
  args: {
    name: { type: "positional", description: "Name of the tool", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const { items } = await client.tools.list();
    const found = items.find((one) => one.name === args.name);
    if (!found) {
      throw new FlotillaError("unknown_tool", `There is no tool "${args.name}".`, {
        remedy: `There are: ${items.map((one) => one.name).join(", ")}.`,
      });
    }
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    const rows: [string, string][] = [
      ["tool", found.name],
      ["description", found.description],
      ["after a crash", recoveryText(found)],
      ["timeout", `${duration(found.timeoutMs)}, up to ${found.maxAttempts} attempts`],
      ...toolTerms(found),
      ["breaker", breakerWord(found.breaker, terminal.paint)],
      ["calls", found.health ? healthText(found.health) : "none yet"],
    ];
    terminal.print(properties(rows, terminal));
    terminal.print(`\n${stringify({ input: found.input, output: found.output }).trimEnd()}`);
  },
});

const reset = defineCommand({
  meta: { name: "reset", description: "Close a tool's breaker: the next call is made" },
  args: {
    name: { type: "positional", description: "Name of the tool", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const item = await client.tools.reset(args.name);
    if (terminal.json) terminal.document(item);
    else terminal.print(`The breaker of ${item.name} is ${item.breaker}.`);
  },
});

export const tool = defineCommand({
  meta: { name: "tool", description: "Tools agents may call" },
  subCommands: { list, show, call: toolCall, check: toolCheck, reset, usage: toolUsage },
});
