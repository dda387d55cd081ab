import { FlotillaError, type ToolInfo } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { connect, globalArgs } from "../connection.ts";
import { properties, table, type Column } from "../render/table.ts";
import { duration } from "../render/time.ts";

const columns: Column<ToolInfo>[] = [
  { title: "NAME", value: (one) => one.name },
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
    ];
    terminal.print(properties(rows, terminal));
    terminal.print(`\n${stringify({ input: found.input, output: found.output }).trimEnd()}`);
  },
});

export const tool = defineCommand({
  meta: { name: "tool", description: "Tools agents may call" },
  subCommands: { list, show },
});
