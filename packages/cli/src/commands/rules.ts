import {
  environments,
  permissions,
  roles,
  type AccessRule,
  type RuleSubject,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printList } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { choiceOption, choiceWord, UsageError } from "../usage.ts";

const columns: Column<AccessRule>[] = [
  { title: "RULE", value: (one) => one.id },
  { title: "EFFECT", value: (one) => one.effect },
  { title: "WHO", value: (one) => whoText(one.who) },
  { title: "PERMISSION", value: (one) => one.permission },
  { title: "ON", value: (one) => one.resource },
  { title: "ENVIRONMENT", value: (one) => one.environment ?? "all" },
];

function whoText(who: RuleSubject): string {
  switch (who.kind) {
    case "everyone":
      return "everyone";
    case "role":
      return `role:${who.role}`;
    default:
      return `${who.kind}:${who.id}`;
  }
}

const list = defineCommand({
  meta: { name: "list", description: "The access rules of the organisation" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const rules = await client.rules.list();
    printList(rules, terminal, "No access rules: the roles decide.", (items) =>
      table(items, columns, terminal),
    );
  },
});

const permissionArg = {
  type: "positional",
  description: "As agents.run",
  required: true,
} as const;
const inArg = {
  type: "string",
  valueHint: "environment",
  description: `Only in ${environments.join(", ")}`,
} as const;

const add = defineCommand({
  meta: { name: "add", description: "Add an exception from what the roles may" },
  args: {
    effect: { type: "positional", description: "allow or deny", required: true },
    who: {
      type: "positional",
      description: "everyone, role:<role>, user:<id> or key:<id>",
      required: true,
    },
    permission: permissionArg,
    resource: {
      type: "positional",
      description: "Names of agents, batches, tools or credentials; * is any text",
      required: false,
    },
    in: inArg,
    ...globalArgs,
  },
  async run({ args }) {
    const effect = choiceWord("effect", args.effect, ["allow", "deny"]);
    const who = subjectOf(args.who);
    const permission = choiceWord("permission", args.permission, permissions);
    const environment = choiceOption("in", args.in, environments);
    const { client, terminal } = connect(args);
    const rule = await client.rules.add({
      effect,
      who,
      permission,
      ...(args.resource && { resource: args.resource }),
      ...(environment && { environment }),
    });
    if (terminal.json) terminal.document(rule);
    else terminal.print(table([rule], columns, terminal));
  },
});

function subjectOf(word: string): RuleSubject {
  const [kind, id = ""] = word.split(/:(.*)/s);
  if (kind === "everyone" && id === "") return { kind };
  if (kind === "role") return { kind, role: choiceWord("role", id, roles) };
  if ((kind === "user" || kind === "key") && id !== "") return { kind, id };
  throw new UsageError("Say whom it is about: everyone, role:<role>, user:<id> or key:<id>.");
}

const remove = defineCommand({
  meta: { name: "remove", description: "Remove an access rule" },
  args: {
    rule: { type: "positional", description: "Id of the rule", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await client.rules.remove(args.rule);
    if (terminal.json) terminal.document({ removed: args.rule });
    else terminal.print(`${args.rule} is removed.`);
  },
});

const check = defineCommand({
  meta: { name: "check", description: "May somebody do something, and why? Nothing is done" },
  args: {
    permission: permissionArg,
    resource: { type: "positional", description: "The name of what is acted on", required: false },
    as: { type: "string", valueHint: "who", description: "role:<role> or user:<id> (yourself)" },
    ...globalArgs,
  },
  async run({ args }) {
    const permission = choiceWord("permission", args.permission, permissions);
    const who = args.as === undefined ? undefined : subjectOf(args.as);
    if (who && who.kind !== "role" && who.kind !== "user") {
      throw new UsageError("--as: say role:<role> or user:<id>.");
    }
    const { client, terminal } = connect(args);
    const decision = await client.rules.check({
      permission,
      ...(args.resource && { resource: args.resource }),
      ...(who && { who }),
    });
    if (terminal.json) terminal.document(decision);
    else terminal.print(`${decision.allowed ? "yes" : "no"}: ${decision.reason}`);
  },
});

export const rules = defineCommand({
  meta: { name: "rules", description: "Access rules: exceptions from what the roles may" },
  default: "list",
  subCommands: { list, add, remove, check },
});
