import { policyFile, type PolicyVersion } from "@flotilla/core";
import { defineCommand } from "citty";
import { stringify } from "yaml";
import { applyArgs, specsToApply } from "../apply-specs.ts";
import { connect, globalArgs } from "../connection.ts";
import { readPolicyFile } from "../policy-file.ts";
import { printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { diffLinesOf, toolRuleColumns } from "../render/tool-rule.ts";
import { integerOption, UsageError } from "../usage.ts";
import { decide, preview, test } from "./policy-try.ts";

const versionOption = {
  version: { type: "string", valueHint: "number", description: "As they were then (now)" },
} as const;
const versionArg = {
  version: { type: "positional", description: "Number of the version", required: true },
} as const;
const commentArg = {
  comment: { type: "string", valueHint: "text", description: "What is changed, and why" },
} as const;

function versionOf(word: string): number {
  const number = integerOption("version", word.replace(/^v/, ""), { min: 0 });
  if (number === undefined) throw new UsageError("Say which version.");
  return number;
}

const show = defineCommand({
  meta: { name: "show", description: "The tool rules, those of single runs aside" },
  args: { ...versionOption, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const policy =
      args.version === undefined
        ? await client.toolPolicy.get()
        : await client.toolPolicy.version(versionOf(args.version));
    if (terminal.json) terminal.document(policy);
    else if (policy.rules.length === 0)
      terminal.note("No tool rules: agents say what they ask first.");
    else terminal.print(table(policy.rules, toolRuleColumns, terminal));
    if (!terminal.json) terminal.note(`Version ${policy.version}.`);
  },
});

const exported = defineCommand({
  meta: { name: "export", description: "The tool rules as a file, for apply" },
  args: { ...versionOption, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const policy =
      args.version === undefined
        ? await client.toolPolicy.get()
        : await client.toolPolicy.version(versionOf(args.version));
    if (terminal.json) terminal.document(policy);
    else terminal.write(stringify(policyFile(policy), { aliasDuplicateObjects: false }));
  },
});

const apply = defineCommand({
  meta: { name: "apply", description: "Make the tool rules those of a file" },
  args: {
    ...applyArgs,
    ...commentArg,
    version: {
      type: "string",
      valueHint: "number",
      description: "Only if they are still at this version",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const files = await readPolicyFile(args.file);
    const specs = specsToApply(files, "policy", args.check, terminal);
    const [policy] = specs ?? [];
    if (!policy) return;
    const version = integerOption("version", args.version, { min: 0 });
    const made = await client.toolPolicy.apply({
      ...policy,
      ...(args.comment && { comment: args.comment }),
      ...(version !== undefined && { version }),
    });
    if (terminal.json) terminal.document(made);
    else terminal.print(versionLine(made));
  },
});

function versionLine({ version, added, changed, removed }: PolicyVersion): string {
  return `The tool rules are at version ${version}: ${added} added, ${changed} changed, ${removed} removed.`;
}

const versionColumns: Column<PolicyVersion>[] = [
  { title: "VERSION", align: "right", value: (one) => String(one.version) },
  { title: "WHEN", value: (one) => ago(one.createdAt) },
  { title: "BY", value: (one) => one.by },
  { title: "ADDED", align: "right", value: (one) => String(one.added) },
  { title: "CHANGED", align: "right", value: (one) => String(one.changed) },
  { title: "REMOVED", align: "right", value: (one) => String(one.removed) },
  { title: "COMMENT", value: (one) => one.note ?? "-" },
];

const versions = defineCommand({
  meta: { name: "versions", description: "Who changed the tool rules, when and why" },
  args: {
    cursor: { type: "string", valueHint: "place", description: "Where the page before ended" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const page = await client.toolPolicy.versions(args.cursor ? { cursor: args.cursor } : {});
    printPage(page, terminal, "There never was a tool rule.", (items) =>
      table(items, versionColumns, terminal),
    );
  },
});

const diff = defineCommand({
  meta: { name: "diff", description: "What a version of the tool rules changed" },
  args: {
    ...versionArg,
    from: { type: "string", valueHint: "number", description: "Since this one (the one before)" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const from = integerOption("from", args.from, { min: 0 });
    const found = await client.toolPolicy.changes(versionOf(args.version), from);
    if (terminal.json) terminal.document(found);
    else terminal.print(diffLinesOf(found).join("\n") || "They are the same.");
  },
});

const restore = defineCommand({
  meta: { name: "restore", description: "Make the tool rules what they were, as a new version" },
  args: { ...versionArg, ...commentArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const made = await client.toolPolicy.restore(
      versionOf(args.version),
      args.comment || undefined,
    );
    if (terminal.json) terminal.document(made);
    else terminal.print(versionLine(made));
  },
});

export const policy = defineCommand({
  meta: {
    name: "policy",
    description: "Tool rules as a whole: as a file, tried, and as they were",
  },
  default: "show",
  subCommands: {
    show,
    export: exported,
    apply,
    test,
    preview,
    decide,
    versions,
    diff,
    restore,
  },
});
