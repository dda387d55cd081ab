import type { RowsLoaded } from "@flotilla/api";
import type { BatchProgress } from "@flotilla/core";
import { defineCommand } from "citty";
import { checkArg, checkOption } from "../check-option.ts";
import { connect, globalArgs, type Connection } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { textOrFile } from "../input-text.ts";
import { withInterrupt } from "../interrupt.ts";
import { labelsArg, labelsOption } from "../labels.ts";
import { count, counted } from "../render/number.ts";
import { formatOf, openRowFile, rowFormats, type RowFile } from "../row-file.ts";
import { saveResults } from "../save-results.ts";
import { dollarOption, integerOption, UsageError, type CommandArgs } from "../usage.ts";
import { watchBatch } from "../watch-batch.ts";

export const settingArgs = {
  concurrency: { type: "string", valueHint: "number", description: "Runs at once (100)" },
  budget: {
    type: "string",
    valueHint: "usd",
    description: "No further row starts once this much is spent",
  },
  priority: { type: "string", valueHint: "0-9", description: "A higher number starts first (5)" },
} as const;

/** The settings given as options, checked; what was not given is left out. */
export function batchSettings(args: {
  concurrency?: string | undefined;
  budget?: string | undefined;
  priority?: string | undefined;
}) {
  const concurrency = integerOption("concurrency", args.concurrency, { min: 1, max: 10_000 });
  const budgetUsd = dollarOption("budget", args.budget);
  const priority = integerOption("priority", args.priority, { min: 0, max: 9 });
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    ...(priority !== undefined && { priority }),
  };
}

const args = {
  agent: { type: "positional", description: "Name of the agent", required: true },
  file: {
    type: "positional",
    description: "CSV or JSONL file of rows; - is stdin",
    required: true,
  },
  template: {
    type: "string",
    alias: "t",
    required: true,
    valueHint: "text|@file",
    description: "The prompt of each row, with {{column}} for its values",
  },
  name: { type: "string", valueHint: "text", description: "What to call it (the file's name)" },
  version: {
    type: "string",
    valueHint: "number",
    description: "Version of the agent (the newest)",
  },
  format: { type: "enum", options: [...rowFormats], description: "Default: by the file's name" },
  ...settingArgs,
  economy: {
    type: "boolean",
    description: "Rows of one call may wait a day for the provider's batch endpoint, at half price",
  },
  deadline: {
    type: "string",
    valueHint: "hours",
    description: "As --economy, but every row is answered within so many hours",
  },
  check: checkArg,
  labels: labelsArg,
  user: { type: "string", valueHint: "name", description: "The person or service it runs for" },
  detach: { type: "boolean", alias: "d", description: "Print the batch's id and leave" },
  out: {
    type: "string",
    valueHint: "path",
    description: "Write the results there at the end (.jsonl or .csv)",
  },
  ...globalArgs,
  organisation: {
    type: "string",
    valueHint: "name",
    description: "For whom it runs (default)",
  },
} satisfies CommandArgs;

export const batchRun = defineCommand({
  meta: {
    name: "run",
    description: "Run an agent over every row of a file. Ctrl-C detaches; the batch goes on",
  },
  args,
  async run({ args: given }): Promise<ExitCode> {
    const connection = connect(given, "subject");
    const { client, terminal } = connection;
    if (given.detach && given.out !== undefined) {
      throw new UsageError("--out needs the end; --detach leaves before.");
    }
    const settings = batchSettings(given);
    const version = integerOption("version", given.version, { min: 1 });
    const template = await textOrFile(given.template);
    const check = checkOption(given.check);
    const file = await openRowFile(given.file, given.format);
    const draft = await client.batches.create({
      name: given.name || file.name,
      agent: given.agent,
      template,
      ...settings,
      ...economyOf(given),
      ...(check && { check }),
      ...(given.organisation && { organisation: given.organisation }),
      ...(given.user && { user: given.user }),
      ...labelsOption(given.labels),
      ...(version !== undefined && { version }),
    });
    return withInterrupt(async (signal) => {
      const loaded = await load(connection, draft, file, signal);
      const batch = await client.batches.act(draft.id, "start");
      if (given.detach) {
        if (terminal.json) terminal.document(batch);
        else terminal.print(batch.id);
        return exitCodes.ok;
      }
      if (terminal.json) terminal.document({ type: "started", batch, loaded });
      else terminal.note(terminal.paintNote("dim", batch.id));
      const code = await watchBatch(connection, batch.id, signal);
      if (given.out !== undefined) {
        await saveResults(client, batch.id, { format: formatOf(given.out) ?? "jsonl" }, given.out);
        terminal.note(`Results are in ${given.out}.`);
      }
      return code;
    });
  },
});

/** The providers' batch endpoints promise a day; what they did not answer needs a moment more. */
const economyHours = 26;

function economyOf(given: { economy?: boolean | undefined; deadline?: string | undefined }) {
  if (given.deadline === undefined) return given.economy ? { economyHours } : {};
  const hours = Number(given.deadline);
  if (hours >= 0.01 && hours <= 168) return { economyHours: hours };
  throw new UsageError(`--deadline takes hours, from 0.01 to 168; got "${given.deadline}".`);
}

/** Sends the rows. A batch that could not be loaded is cancelled, so that none lies about. */
async function load(
  { client, terminal }: Connection,
  draft: BatchProgress,
  file: RowFile,
  signal: AbortSignal,
): Promise<RowsLoaded> {
  try {
    const loaded = await client.batches.load(draft.id, file.format, file.body, signal);
    const bad = loaded.bad > 0 ? `, ${count(loaded.bad)} of them bad` : "";
    if (!terminal.json) terminal.note(`${counted(loaded.rows, "row")} loaded${bad}.`);
    for (const { message } of loaded.badRows) {
      terminal.note(terminal.paintNote("yellow", `  ${message}`));
    }
    return loaded;
  } catch (error) {
    await client.batches.act(draft.id, "cancel").catch(() => undefined);
    throw error;
  }
}
