import type { BatchProgress } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import type { ExitCode } from "../exit.ts";
import { withInterrupt } from "../interrupt.ts";
import { printPage } from "../print-page.ts";
import { batchDetails, batchTable } from "../render/batch.ts";
import { certificateText } from "../render/certificate.ts";
import { integerOption, UsageError } from "../usage.ts";
import { watchBatch } from "../watch-batch.ts";
import { batchCompare } from "./batch-compare.ts";
import { batchFork } from "./batch-fork.ts";
import { batchResults } from "./batch-results.ts";
import { batchRun, batchSettings, settingArgs } from "./batch-run.ts";

const batchArg = {
  batch: { type: "positional", description: "Id of the batch", required: true },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "Batches, newest first" },
  args: {
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const page = await client.batches.list({ limit, ...(args.cursor && { cursor: args.cursor }) });
    printPage(page, terminal, "No batches.", (items) => batchTable(items, terminal));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One batch: its settings and figures" },
  args: { ...batchArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const batch = await client.batches.get(args.batch);
    if (terminal.json) terminal.document(batch);
    else terminal.print(batchDetails(batch, terminal));
  },
});

const certificate = defineCommand({
  meta: { name: "certificate", description: "How near it came to what its limits allow" },
  args: { ...batchArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const found = await client.batches.certificate(args.batch);
    if (terminal.json) terminal.document(found);
    else terminal.print(certificateText(found));
  },
});

const watch = defineCommand({
  meta: { name: "watch", description: "Watch a batch to its end. Ctrl-C leaves it alone" },
  args: { ...batchArg, ...globalArgs },
  async run({ args }): Promise<ExitCode> {
    return withInterrupt((signal) => watchBatch(connect(args), args.batch, signal));
  },
});

const change = defineCommand({
  meta: { name: "change", description: "Change a batch's concurrency, budget or priority" },
  args: { ...batchArg, ...settingArgs, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const settings = batchSettings(args);
    if (Object.keys(settings).length === 0) {
      throw new UsageError(
        "There is nothing to change.",
        "Give --concurrency, --budget or --priority.",
      );
    }
    const batch = await client.batches.change(args.batch, settings);
    if (terminal.json) terminal.document(batch);
    else terminal.print(batchDetails(batch, terminal));
  },
});

type Action = "start" | "pause" | "resume" | "cancel" | "retry";

function actionCommand(
  action: Action,
  description: string,
  said: (batch: BatchProgress) => string,
) {
  return defineCommand({
    meta: { name: action, description },
    args: { ...batchArg, ...globalArgs },
    async run({ args }) {
      const { client, terminal } = connect(args);
      const batch = await client.batches.act(args.batch, action);
      if (terminal.json) terminal.document(batch);
      else terminal.print(said(batch));
    },
  });
}

const watchHint = ({ id }: BatchProgress) => `Watch it: flotilla batch watch ${id}`;

/** A batch that is resumed with nothing left to spend pauses again at its next row. */
function budgetHint({ id, budgetMicros, costMicros }: BatchProgress): string | undefined {
  if (budgetMicros === null || costMicros < budgetMicros) return undefined;
  return `But its budget is spent, and it will pause again. Raise it: flotilla batch change ${id} --budget <usd>`;
}

export const batch = defineCommand({
  meta: { name: "batch", description: "Batches: an agent over every row of a file" },
  subCommands: {
    run: batchRun,
    list,
    show,
    watch,
    results: batchResults,
    fork: batchFork,
    compare: batchCompare,
    certificate,
    start: actionCommand(
      "start",
      "Start a draft",
      (one) => `${one.id} is ${one.status}. ${watchHint(one)}`,
    ),
    pause: actionCommand(
      "pause",
      "Start no further rows; those running go on",
      (one) => `${one.id} is paused; ${one.counts.running} rows are still running.`,
    ),
    resume: actionCommand(
      "resume",
      "Go on after a pause",
      (one) => `${one.id} goes on. ${budgetHint(one) ?? watchHint(one)}`,
    ),
    cancel: actionCommand(
      "cancel",
      "Stop every row; `retry` can bring them back",
      (one) => `${one.id} is cancelled.`,
    ),
    retry: actionCommand(
      "retry",
      "Run the failed and cancelled rows again, from where they failed",
      (one) => `The failed and cancelled rows of ${one.id} run again. ${watchHint(one)}`,
    ),
    change,
  },
});
