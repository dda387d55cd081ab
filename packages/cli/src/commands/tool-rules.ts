import { environments, toolEffects, type ToolRule } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { choiceOption, choiceWord } from "../usage.ts";

const columns: Column<ToolRule>[] = [
  { title: "RULE", value: (one) => one.id },
  { title: "EFFECT", value: (one) => one.effect },
  { title: "TOOL", value: (one) => one.tool },
  { title: "OF", value: (one) => one.runId ?? one.agent ?? "every agent" },
  { title: "ENVIRONMENT", value: (one) => one.environment ?? "all" },
  { title: "BY", value: (one) => one.by },
];

const list = defineCommand({
  meta: { name: "list", description: "The tool rules of the organisation" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const rules = await client.toolRules.list();
    printList(rules, terminal, "No tool rules: agents say what they ask first.", (items) =>
      table(items, columns, terminal),
    );
  },
});

const add = defineCommand({
  meta: { name: "add", description: "Allow, ask before, or deny calls of tools" },
  args: {
    effect: { type: "positional", description: "allow, ask or deny", required: true },
    tool: { type: "positional", description: "Names of tools; * is any text", required: true },
    agent: { type: "string", valueHint: "name", description: "Only of this agent" },
    run: { type: "string", valueHint: "id", description: "Only of this run" },
    in: {
      type: "string",
      valueHint: "environment",
      description: `Only in ${environments.join(", ")}`,
    },
    ...globalArgs,
  },
  async run({ args }) {
    const effect = choiceWord("effect", args.effect, toolEffects);
    const environment = choiceOption("in", args.in, environments);
    const { client, terminal } = connect(args);
    const rule = await client.toolRules.add({
      effect,
      tool: args.tool,
      ...(args.agent && { agent: args.agent }),
      ...(args.run && { runId: args.run }),
      ...(environment && { environment }),
    });
    if (terminal.json) terminal.document(rule);
    else terminal.print(table([rule], columns, terminal));
  },
});

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a tool rule" },
  args: {
    rule: { type: "positional", description: "Id of the rule", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await client.toolRules.remove(args.rule);
    if (terminal.json) terminal.document({ removed: args.rule });
    else terminal.print(`${args.rule} is removed.`);
  },
});

export const toolRules = defineCommand({
  meta: { name: "tool-rules", description: "Which calls of tools are made, asked first, or not" },
  default: "list",
  subCommands: { list, add, remove },
});
