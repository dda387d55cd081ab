import type { FeedbackExportQuery, FeedbackGive } from "@flotilla/api";
import type { FeedbackRecord, FeedbackTarget, Json } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { printPage } from "../print-page.ts";
import { table, type Column } from "../render/table.ts";
import { ago } from "../render/time.ts";
import { integerOption, numberOption, UsageError } from "../usage.ts";
import { writeContent } from "../write-content.ts";

const columns: Column<FeedbackRecord>[] = [
  { title: "RUN", value: ({ runId }) => runId },
  { title: "AGENT", value: ({ agentName, agentVersion }) => `${agentName}@${agentVersion}` },
  { title: "ON", value: ({ target }) => targetText(target) },
  { title: "RATING", align: "right", value: ({ rating }) => ratingText(rating) },
  { title: "BY", value: ({ by }) => by },
  { title: "AT", value: ({ at }) => ago(at) },
  { title: "COMMENT", value: ({ comment, correction }) => comment ?? correctionText(correction) },
];

function targetText(target: FeedbackTarget): string {
  if (target.kind === "run") return "run";
  return target.kind === "step" ? `step ${target.step}` : `call ${target.callId}`;
}

function ratingText(rating: number | undefined): string {
  if (rating === undefined) return "-";
  return rating > 0 ? `+${rating}` : String(rating);
}

function correctionText(correction: Json | undefined): string {
  return correction === undefined ? "" : `should be ${JSON.stringify(correction)}`;
}

const filterArgs = {
  run: { type: "string", valueHint: "id", description: "Only on this run" },
  agent: { type: "string", valueHint: "name", description: "Only on runs of this agent" },
  min: { type: "string", valueHint: "rating", description: "Only rated so at least" },
  max: { type: "string", valueHint: "rating", description: "Only rated so at most" },
  corrected: { type: "boolean", description: "Only with a correction" },
} as const;

interface Filter {
  run?: string | undefined;
  agent?: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
  corrected?: boolean | undefined;
}

function filterOf({ run, agent, min, max, corrected }: Filter): FeedbackExportQuery {
  const minRating = numberOption("min", min, { min: -1, max: 1 });
  const maxRating = numberOption("max", max, { min: -1, max: 1 });
  return {
    ...(run && { run }),
    ...(agent && { agent }),
    ...(minRating !== undefined && { minRating }),
    ...(maxRating !== undefined && { maxRating }),
    ...(corrected && { corrected: "true" }),
  };
}

const list = defineCommand({
  meta: { name: "list", description: "Feedback on runs, newest first" },
  args: {
    ...filterArgs,
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.feedback.list({
      ...filterOf(args),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No feedback.", (items) => table(items, columns, terminal));
  },
});

const give = defineCommand({
  meta: { name: "give", description: "Say what you think of a run, a step or a call" },
  args: {
    run: { type: "positional", description: "Id of the run", required: true },
    up: { type: "boolean", description: "It is good" },
    down: { type: "boolean", description: "It is bad" },
    rating: { type: "string", valueHint: "number", description: "From -1 to 1" },
    correction: {
      type: "string",
      valueHint: "text",
      description: "What it should be; JSON or text",
    },
    comment: { type: "string", valueHint: "text", description: "Anything else" },
    step: { type: "string", valueHint: "number", description: "On this answer of a model" },
    call: { type: "string", valueHint: "id", description: "On this call of a tool" },
    ...globalArgs,
  },
  async run({ args }) {
    const rating = ratingOf(args);
    const given: FeedbackGive = {
      target: targetOf(args),
      ...(rating !== undefined && { rating }),
      ...(args.correction !== undefined && { correction: jsonOrText(args.correction) }),
      ...(args.comment !== undefined && { comment: args.comment }),
    };
    const { client, terminal } = connect(args);
    const kept = await client.feedback.give(args.run, given);
    if (terminal.json) terminal.document(kept);
    else terminal.print(`${kept.feedbackId} is kept.`);
  },
});

function ratingOf(args: { up?: boolean; down?: boolean; rating?: string }): number | undefined {
  const said = [args.up, args.down, args.rating !== undefined].filter(Boolean).length;
  if (said > 1) throw new UsageError("Say one of --up, --down and --rating.");
  if (args.up) return 1;
  return args.down ? -1 : numberOption("rating", args.rating, { min: -1, max: 1 });
}

function targetOf(args: { step?: string; call?: string }): FeedbackTarget {
  const step = integerOption("step", args.step, { min: 1 });
  if (step !== undefined && args.call !== undefined) {
    throw new UsageError("Say one of --step and --call.");
  }
  if (step !== undefined) return { kind: "step", step };
  return args.call === undefined ? { kind: "run" } : { kind: "call", callId: args.call };
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const exported = defineCommand({
  meta: { name: "export", description: "All of it as JSON lines, with what it is about" },
  args: {
    out: { type: "string", alias: "o", valueHint: "path", description: "Write to a file (stdout)" },
    ...filterArgs,
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    await writeContent(await client.feedback.export(filterOf(args)), args.out);
    if (args.out !== undefined) terminal.note(`The feedback is in ${args.out}.`);
  },
});

export const feedback = defineCommand({
  meta: { name: "feedback", description: "Feedback: what people think of runs" },
  default: "list",
  subCommands: { list, give, export: exported },
});
