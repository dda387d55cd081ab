import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { watchRun } from "../follow-run.ts";
import { withInterrupt } from "../interrupt.ts";
import { eventRow } from "../render/event.ts";
import { runDetails } from "../render/run.ts";
import { integerOption } from "../usage.ts";
import { answer } from "./runs-answer.ts";
import { blackboard } from "./runs-blackboard.ts";
import { plan } from "./runs-plan.ts";
import { pause, perform, resume, say, write } from "./runs-steer.ts";
import { compare } from "./runs-compare.ts";
import { fork } from "./runs-fork.ts";
import { list } from "./runs-list.ts";
import { tree } from "./runs-tree.ts";

const runArg = {
  run: { type: "positional", description: "Id of the run", required: true },
} as const;

const show = defineCommand({
  meta: { name: "show", description: "One run: its figures, steps and output" },
  args: {
    ...runArg,
    at: {
      type: "string",
      valueHint: "seq",
      description: "As it was at that event of its journal",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const at = integerOption("at", args.at, { min: 1 });
    const run = await client.runs.get(args.run, { ...(at !== undefined && { at }) });
    if (terminal.json) terminal.document(run);
    else terminal.print(runDetails(run, terminal));
  },
});

const events = defineCommand({
  meta: { name: "events", description: "A run's journal so far, event by event" },
  args: {
    ...runArg,
    after: {
      type: "string",
      valueHint: "number",
      default: "0",
      description: "Only events with a higher sequence number",
    },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    let after = integerOption("after", args.after, { min: 0 }) ?? null;
    while (after !== null) {
      const page = await client.runs.events(args.run, { after, limit: 1_000 });
      for (const event of page.items) {
        if (terminal.json) terminal.document(event);
        else terminal.print(eventRow(event, terminal.paint));
      }
      after = page.nextAfter;
    }
  },
});

const follow = defineCommand({
  meta: { name: "follow", description: "Watch a run from its first event to its end" },
  args: { ...runArg, ...globalArgs },
  async run({ args }): Promise<ExitCode> {
    return withInterrupt((signal) => watchRun(connect(args), args.run, "live", signal));
  },
});

const cancel = defineCommand({
  meta: { name: "cancel", description: "Cancel a run; it stops within seconds" },
  args: {
    ...runArg,
    reason: { type: "string", valueHint: "text", description: "Kept in the run's journal" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const run = await client.runs.cancel(args.run, args.reason);
    if (terminal.json) terminal.document(run);
    else
      terminal.print(
        `${run.runId} ${run.status === "cancelled" ? "is cancelled" : "is being cancelled"}.`,
      );
  },
});

const retry = defineCommand({
  meta: { name: "retry", description: "Run a failed or cancelled run again, from where it failed" },
  args: {
    ...runArg,
    follow: { type: "boolean", description: "Watch it to its end" },
    ...globalArgs,
  },
  async run({ args }): Promise<ExitCode> {
    const connection = connect(args);
    const { client, terminal } = connection;
    const run = await client.runs.retry(args.run);
    if (args.follow) {
      return withInterrupt((signal) => watchRun(connection, args.run, "live", signal));
    }
    if (terminal.json) terminal.document(run);
    else
      terminal.print(`${run.runId} is ${run.status}. Follow it: flotilla runs follow ${run.runId}`);
    return exitCodes.ok;
  },
});

export const runs = defineCommand({
  meta: { name: "runs", description: "Runs: look at them and steer them" },
  subCommands: {
    ...{ list, show, tree, blackboard, events, follow, compare },
    ...{ fork, cancel, retry, answer, plan, pause, resume, say, write, perform },
  },
});
