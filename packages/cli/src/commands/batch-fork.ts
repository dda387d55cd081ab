import type { ForkBatch } from "@flotilla/api";
import { runStatusSchema } from "@flotilla/core";
import { defineCommand } from "citty";
import { checkArg, checkOption } from "../check-option.ts";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { forkArgs, forkRequest } from "../fork-options.ts";
import { withInterrupt } from "../interrupt.ts";
import { summaryText } from "../render/forks.ts";
import { repeatedOption, UsageError, type CommandArgs } from "../usage.ts";
import { watchBatch } from "../watch-batch.ts";
import { batchSettings, settingArgs } from "./batch-run.ts";

const outcomes = ["failing", "passing", "any"] as const;

const args = {
  batch: {
    type: "positional",
    required: false,
    description: "Batch whose runs are forked; else --agent, --fingerprint or --run",
  },
  outcome: {
    type: "enum",
    options: [...outcomes],
    description:
      "Only runs that failed or whose answer does not pass the check, or the others (any)",
  },
  status: { type: "enum", options: [...runStatusSchema.options], description: "Only these" },
  agent: { type: "string", valueHint: "name", description: "Only runs of this agent" },
  fingerprint: {
    type: "string",
    valueHint: "text",
    description: "Only runs that failed with this error; see dead letters",
  },
  run: { type: "string", valueHint: "id", description: "This run; may be repeated" },
  ...forkArgs,
  check: checkArg,
  name: { type: "string", valueHint: "text", description: "What to call it" },
  ...settingArgs,
  detach: { type: "boolean", alias: "d", description: "Print the batch's id and leave" },
  ...globalArgs,
} satisfies CommandArgs;

export const batchFork = defineCommand({
  meta: {
    name: "fork",
    description: "Fork many runs at once, as a batch; then say what became of them",
  },
  args,
  async run({ args: given, rawArgs }): Promise<ExitCode> {
    const connection = connect(given);
    const { client, terminal } = connection;
    const check = checkOption(given.check);
    const batch = await client.forks.create({
      name: given.name || `forks of ${given.batch ?? given.agent ?? "runs"}`,
      runs: forkedRuns(given, repeatedOption("run", rawArgs)),
      ...(await forkRequest(given, rawArgs)),
      ...(check && { check }),
      ...batchSettings(given),
    });
    if (given.detach) {
      if (terminal.json) terminal.document(batch);
      else terminal.print(batch.id);
      return exitCodes.ok;
    }
    return withInterrupt(async (signal) => {
      if (terminal.json) terminal.document({ type: "started", batch });
      else terminal.note(terminal.paintNote("dim", batch.id));
      const code = await watchBatch(connection, batch.id, signal);
      const summary = await client.forks.summary(batch.id);
      if (terminal.json) terminal.document({ type: "summary", summary });
      else terminal.print(summaryText(summary, terminal));
      return code;
    });
  },
});

interface Chosen {
  batch?: string | undefined;
  outcome?: (typeof outcomes)[number] | undefined;
  status?: (typeof runStatusSchema.options)[number] | undefined;
  agent?: string | undefined;
  fingerprint?: string | undefined;
}

function forkedRuns(given: Chosen, runs: string[]): ForkBatch["runs"] {
  const { batch, outcome, status, agent, fingerprint } = given;
  const isFiltered = Boolean(batch ?? agent ?? fingerprint);
  if (runs.length > 0) {
    if (!isFiltered && !status && !outcome) return runs;
    throw new UsageError("Name runs with --run, or say which with other options, not both.");
  }
  if (!isFiltered) {
    throw new UsageError(
      "It is not said which runs to fork.",
      "Name a batch, or give --agent, --fingerprint or --run.",
    );
  }
  return {
    ...(batch && { batchId: batch }),
    ...(outcome && { outcome }),
    ...(status && { status }),
    ...(agent && { agent }),
    ...(fingerprint && { fingerprint }),
  };
}
