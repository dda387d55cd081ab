import {
  budgetLevelSchema,
  budgetPeriodSchema,
  type Budget,
  type BudgetLevel,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { money } from "../render/money.ts";
import { table, type Column } from "../render/table.ts";
import { dollarOption, integerOption, UsageError } from "../usage.ts";

const columns: Column<Budget>[] = [
  { title: "BUDGET", value: (one) => one.id },
  { title: "LEVEL", value: (one) => one.level },
  { title: "NAME", value: (one) => one.name },
  { title: "ORGANISATION", value: (one) => one.organisation ?? "any" },
  { title: "PERIOD", value: (one) => one.period },
  { title: "SPENT", align: "right", value: (one) => money(one.spentMicros) },
  { title: "LIMIT", align: "right", value: (one) => money(one.limitMicros) },
  { title: "USED", align: "right", value: usedText },
  { title: "STATE", value: (one) => (one.strict ? `${one.state}, strict` : one.state) },
];

function usedText({ spentMicros, limitMicros }: Budget): string {
  return `${Math.floor((spentMicros / limitMicros) * 100)} %`;
}

const list = defineCommand({
  meta: { name: "list", description: "Budgets, with what is spent of them" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const budgets = await client.budgets.list();
    printList(budgets, terminal, "No budgets.", (items) => table(items, columns, terminal));
  },
});

const set = defineCommand({
  meta: { name: "set", description: "Set a budget, or change the one there is" },
  args: {
    level: {
      type: "positional",
      description: budgetLevelSchema.options.join(", "),
      required: true,
    },
    name: { type: "positional", description: "Whose, or of what", required: true },
    limit: { type: "string", valueHint: "usd", description: "What may be spent", required: true },
    period: {
      type: "enum",
      options: [...budgetPeriodSchema.options],
      default: "month",
      description: "When it begins anew (UTC)",
    },
    alert: { type: "string", valueHint: "percent", default: "80", description: "Tell from here" },
    strict: { type: "boolean", description: "Refuse calls without a known price" },
    ...globalArgs,
    organisation: {
      type: "string",
      valueHint: "name",
      description: "Count only what is spent for this one",
    },
  },
  async run({ args }) {
    const level = levelOf(args.level);
    const limitUsd = dollarOption("limit", args.limit);
    const alertPercent = integerOption("alert", args.alert, { min: 1, max: 100 });
    if (limitUsd === undefined) throw new UsageError("Say the --limit.");
    const { client, terminal } = connect(args, "subject");
    const budget = await client.budgets.set({
      level,
      name: args.name,
      limitUsd,
      period: args.period,
      ...(args.organisation && { organisation: args.organisation }),
      ...(alertPercent !== undefined && { alertPercent }),
      strict: args.strict === true,
    });
    if (terminal.json) terminal.document(budget);
    else terminal.print(table([budget], columns, terminal));
  },
});

function levelOf(word: string): BudgetLevel {
  const level = budgetLevelSchema.options.find((one) => one === word);
  if (level) return level;
  throw new UsageError(
    `A budget is that of one of ${budgetLevelSchema.options.join(", ")}; not of "${word}".`,
  );
}

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a budget; what it stopped goes on" },
  args: {
    budget: { type: "positional", description: "Id of the budget", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await client.budgets.remove(args.budget);
    if (terminal.json) terminal.document({ removed: args.budget });
    else terminal.print(`${args.budget} is removed.`);
  },
});

export const budgets = defineCommand({
  meta: { name: "budgets", description: "Budgets: what may be spent" },
  default: "list",
  subCommands: { list, set, remove },
});
