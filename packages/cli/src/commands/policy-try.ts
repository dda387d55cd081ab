import type { PolicyPreviewPage, ToolVerdict } from "@flotilla/api";
import {
  environments,
  FlotillaError,
  jsonSchema,
  roles,
  type Json,
  type PolicySpec,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { readTextFile } from "../input-text.ts";
import { listOption } from "../list-option.ts";
import { readPolicyFile } from "../policy-file.ts";
import { printPage } from "../print-page.ts";
import { counted } from "../render/number.ts";
import { table, type Column } from "../render/table.ts";
import { exampleLine } from "../render/tool-rule.ts";
import { refuseProblems } from "../spec-file.ts";
import { choiceOption, integerOption, numberOption, timeOption, UsageError } from "../usage.ts";

const fileArg = {
  type: "string",
  alias: "f",
  required: true,
  valueHint: "path",
  description: "YAML or JSON file, or - for stdin",
} as const;

async function policyIn(path: string): Promise<PolicySpec> {
  const { specs, problems } = await readPolicyFile(path);
  refuseProblems(problems);
  return specs[0] as PolicySpec;
}

/** Fails when an example comes out otherwise, so that a pipeline stops. */
export const test = defineCommand({
  meta: { name: "test", description: "Would the rules of a file keep to their examples?" },
  args: { file: fileArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const tried = await client.toolPolicy.test(await policyIn(args.file));
    if (terminal.json) terminal.document(tried);
    const wrong = [
      ...tried.problems.map(({ path, message }) => `${path}: ${message}`),
      ...tried.broken.map(
        ({ example, got }) =>
          `${exampleLine(example)}: expected ${example.expect}, got ${got.effect} since ${got.reason}`,
      ),
    ];
    if (wrong.length > 0) {
      throw new FlotillaError(
        "precondition",
        ["The rules are not as they should be.", ...wrong].join("\n  "),
        {
          remedy: "Correct the rules or the examples.",
        },
      );
    }
    if (!terminal.json) terminal.print(`${counted(tried.examples, "example")} in order.`);
  },
});

type Changed = PolicyPreviewPage["items"][number];

const previewColumns: Column<Changed>[] = [
  { title: "RUN", value: (one) => one.runId },
  { title: "CALL", value: (one) => one.callId },
  { title: "TOOL", value: (one) => one.tool },
  { title: "NOW", value: (one) => one.before.effect },
  { title: "THEN", value: (one) => one.after.effect },
  { title: "SINCE", value: (one) => one.after.reason },
];

export const preview = defineCommand({
  meta: { name: "preview", description: "Which calls of real runs would a file decide otherwise?" },
  args: {
    file: fileArg,
    run: { type: "string", valueHint: "id", description: "Only calls of this run" },
    runs: { type: "string", valueHint: "number", description: "How many of the newest runs (20)" },
    cursor: { type: "string", valueHint: "place", description: "Where the page before ended" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const runs = integerOption("runs", args.runs, { min: 1, max: 50 });
    const page = await client.toolRules.preview({
      policy: await policyIn(args.file),
      ...(args.run && { runId: args.run }),
      ...(args.cursor && { cursor: args.cursor }),
      ...(runs !== undefined && { runs }),
    });
    const looked = `${counted(page.calls, "call")} of ${counted(page.runs, "run")}`;
    printPage(page, terminal, `Nothing would change: ${looked}.`, (items) =>
      table(items, previewColumns, terminal),
    );
    if (!terminal.json && page.items.length > 0) terminal.note(`Looked at ${looked}.`);
  },
});

export const decide = defineCommand({
  meta: { name: "decide", description: "What would become of a call, and why? Nothing is called" },
  args: {
    tool: { type: "positional", description: "Name of the tool", required: true },
    input: { type: "string", valueHint: "json", description: "Its input, or - for stdin ({})" },
    agent: { type: "string", valueHint: "name", description: "Of this agent" },
    run: { type: "string", valueHint: "id", description: "Of this run" },
    in: { type: "string", valueHint: "environment", description: "In dev, staging or prod (prod)" },
    role: { type: "string", valueHint: "role", description: "Of whoever started the run" },
    user: { type: "string", valueHint: "id", description: "Who started the run" },
    labels: { type: "string", valueHint: "list", description: "Of what the run has read" },
    at: { type: "string", valueHint: "time", description: "When, in ISO 8601 (now)" },
    spent: { type: "string", valueHint: "usd", description: "What the run has spent (0)" },
    ...globalArgs,
  },
  async run({ args }) {
    const environment = choiceOption("in", args.in, environments);
    const role = choiceOption("role", args.role, roles);
    const spentUsd = numberOption("spent", args.spent, { min: 0 });
    const at = timeOption("at", args.at);
    const { client, terminal } = connect(args);
    const verdict = await client.toolRules.decide({
      tool: args.tool,
      input: await inputOf(args.input),
      labels: listOption(args.labels),
      ...(args.agent && { agent: args.agent }),
      ...(args.run && { runId: args.run }),
      ...(environment && { environment }),
      ...(role && { role }),
      ...(args.user && { user: args.user }),
      ...(at && { at }),
      ...(spentUsd !== undefined && { spentUsd }),
    });
    if (terminal.json) terminal.document(verdict);
    else terminal.print(verdictLines(verdict).join("\n"));
  },
});

async function inputOf(text: string | undefined): Promise<Json> {
  if (text === undefined) return {};
  try {
    return jsonSchema.parse(JSON.parse(text === "-" ? await readTextFile("-") : text));
  } catch (error) {
    throw new UsageError(`--input is not JSON: ${(error as Error).message}.`);
  }
}

const outcomes = { decides: "decides", later: "later", does_not_hold: "no" } as const;

function verdictLines({ effect, reason, version, trace }: ToolVerdict): string[] {
  return [
    `${effect}: ${reason} (rules v${version})`,
    ...trace.map(
      (one) =>
        `  ${outcomes[one.outcome].padEnd(8)}${one.ruleId} ${one.effect}${one.why ? `: ${one.why}` : ""}`,
    ),
  ];
}
