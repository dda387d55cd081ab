import {
  deadLetterCauseSchema,
  deadLetterStateSchema,
  type DeadLetterGroup,
  type DeadLetterState,
} from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { letterDetails, letterTable } from "../render/dead-letter.ts";
import { count } from "../render/number.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { integerOption, type CommandArgs } from "../usage.ts";
import { correct, discard, replay } from "./dead-letters-settle.ts";

const filterArgs = {
  state: {
    type: "enum",
    options: [...deadLetterStateSchema.options],
    default: "open",
    description: "Only these",
  },
  cause: {
    type: "enum",
    options: [...deadLetterCauseSchema.options],
    description: "Only those that failed for this cause",
  },
  agent: { type: "string", valueHint: "name", description: "Only those of this agent" },
  batch: { type: "string", valueHint: "id", description: "Only those of this batch" },
  limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
  cursor: { type: "string", description: "Go on from an earlier page" },
} satisfies CommandArgs;

interface FilterValues {
  state: DeadLetterState | undefined;
  cause?: DeadLetterGroup["cause"];
  agent?: string;
  batch?: string;
  limit: string;
  cursor?: string;
}

function queryOf({ state, cause, agent, batch, limit, cursor }: FilterValues) {
  const most = integerOption("limit", limit, { min: 1, max: 1_000 });
  return {
    ...(state && { state }),
    ...(cause && { cause }),
    ...(agent && { agent }),
    ...(batch && { batchId: batch }),
    ...(cursor && { cursor }),
    ...(most !== undefined && { limit: most }),
  };
}

const columns: Column<DeadLetterGroup>[] = [
  { title: "GROUP", value: ({ fingerprint }) => fingerprint },
  { title: "LETTERS", align: "right", value: (group) => count(group.count) },
  { title: "LAST", value: ({ lastAt }) => ago(lastAt) },
  { title: "CAUSE", value: ({ cause }) => cause },
  { title: "CODE", value: ({ code }) => code },
  { title: "AGENTS", value: ({ agents }) => agents.join(",") },
  { title: "ERROR", value: ({ title }) => title },
];

const groups = defineCommand({
  meta: { name: "groups", description: "Letters in groups of the same error, counted" },
  args: { ...filterArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const page = await client.deadLetters.groups(queryOf(args));
    printPage(page, terminal, "No dead letters.", (items) => table(items, columns, terminal));
  },
});

const list = defineCommand({
  meta: { name: "list", description: "Letters, newest first" },
  args: {
    group: { type: "string", valueHint: "fingerprint", description: "Only those of this group" },
    ...filterArgs,
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const query = { ...queryOf(args), ...(args.group && { fingerprint: args.group }) };
    const page = await client.deadLetters.list(query);
    printPage(page, terminal, "No dead letters.", (items) => letterTable(items, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One letter: its cause, what to do, its last events" },
  args: {
    letter: { type: "positional", description: "Id of the letter", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const letter = await client.deadLetters.get(args.letter);
    if (terminal.json) terminal.document(letter);
    else terminal.print(letterDetails(letter, terminal));
  },
});

export const deadLetters = defineCommand({
  meta: {
    name: "dead-letters",
    description: "Failed runs and bad rows: look at them, replay or discard them",
  },
  default: "groups",
  subCommands: { groups, list, show, replay, correct, discard },
});
