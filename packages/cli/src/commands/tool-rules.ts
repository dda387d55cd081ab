import {
  environments,
  toolConditionsSchema,
  toolEffects,
  type ToolConditions,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { parse } from "yaml";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table } from "../render/table.ts";
import { toolRuleColumns, toolRuleHitColumns } from "../render/tool-rule.ts";
import { choiceOption, choiceWord, integerOption, UsageError } from "../usage.ts";

const list = defineCommand({
  meta: { name: "list", description: "The tool rules of the organisation" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const rules = await client.toolRules.list();
    printList(rules, terminal, "No tool rules: agents say what they ask first.", (items) =>
      table(items, toolRuleColumns, terminal),
    );
  },
});

const hits = defineCommand({
  meta: { name: "hits", description: "How often each rule has decided about calls of runs" },
  args: {
    days: { type: "string", valueHint: "number", description: "How far back (7)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const days = integerOption("days", args.days, { min: 1, max: 400 });
    const found = await client.toolRules.hits(days === undefined ? {} : { days });
    if (terminal.json) {
      terminal.document(found);
      return;
    }
    const { items } = await client.toolRules.list();
    const byId = new Map(found.items.map((one) => [one.ruleId, one]));
    const rows = items.map((rule) => ({ rule, hit: byId.get(rule.id) }));
    if (rows.length === 0) terminal.print("No tool rules: agents say what they ask first.");
    else terminal.print(table(rows, toolRuleHitColumns, terminal));
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
    when: {
      type: "string",
      valueHint: "yaml",
      description:
        "What must be so of the call: '{args: [{path: \"$.url\", hostIn: [a.example]}]}'",
    },
    note: { type: "string", valueHint: "text", description: "Why there is such a rule" },
    ...globalArgs,
  },
  async run({ args }) {
    const effect = choiceWord("effect", args.effect, toolEffects);
    const environment = choiceOption("in", args.in, environments);
    const when = conditionsOf(args.when);
    const { client, terminal } = connect(args);
    const rule = await client.toolRules.add({
      effect,
      tool: args.tool,
      ...(args.agent && { agent: args.agent }),
      ...(args.run && { runId: args.run }),
      ...(environment && { environment }),
      ...(when && { when }),
      ...(args.note && { note: args.note }),
    });
    if (terminal.json) terminal.document(rule);
    else terminal.print(table([rule], toolRuleColumns, terminal));
  },
});

/** Throws UsageError. */
function conditionsOf(text: string | undefined): ToolConditions | undefined {
  if (text === undefined) return undefined;
  const parsed = toolConditionsSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${["when", ...path].join(".")}: ${message}`,
  );
  throw new UsageError(problems.join("; "), "docs/policy.md says what conditions take.");
}

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
  subCommands: { list, hits, add, remove },
});
