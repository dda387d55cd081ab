import type { RunWrite } from "@flotilla/api";
import type { Json, RunSummary } from "@flotilla/core";
import { defineCommand } from "citty";
import { connect, globalArgs, type Connection } from "../connection.ts";
import { repeatedOption, UsageError } from "../usage.ts";

const runArg = {
  run: { type: "positional", description: "Id of the run", required: true },
} as const;

function told({ terminal }: Connection, run: RunSummary, text: string): void {
  if (terminal.json) terminal.document(run);
  else terminal.print(text);
}

export const pause = defineCommand({
  meta: { name: "pause", description: "Pause a run before its next step" },
  args: {
    ...runArg,
    reason: { type: "string", valueHint: "text", description: "Kept in the run's journal" },
    ...globalArgs,
  },
  async run({ args }) {
    const connection = connect(args);
    const reason = args.reason ? { reason: args.reason } : {};
    const run = await connection.client.runs.pause(args.run, reason);
    told(connection, run, `${run.runId} pauses as soon as nothing of it is under way.`);
  },
});

export const resume = defineCommand({
  meta: { name: "resume", description: "Let a paused run go on" },
  args: { ...runArg, ...globalArgs },
  async run({ args }) {
    const connection = connect(args);
    const run = await connection.client.runs.resume(args.run);
    told(connection, run, `${run.runId} goes on. Follow it: flotilla runs follow ${run.runId}`);
  },
});

export const say = defineCommand({
  meta: { name: "say", description: "Say something to a run; its model reads it at its next step" },
  args: {
    ...runArg,
    text: { type: "positional", description: "What you say", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const connection = connect(args);
    const run = await connection.client.runs.say(args.run, args.text);
    told(connection, run, `${run.runId} is told.`);
  },
});

export const write = defineCommand({
  meta: { name: "write", description: "Take the model's turn in a paused run" },
  args: {
    ...runArg,
    text: { type: "string", valueHint: "text", description: "What the model would have said" },
    call: {
      type: "string",
      valueHint: "tool=json",
      description: "A call of a tool with its input; may be repeated",
    },
    ...globalArgs,
  },
  async run({ args, rawArgs }) {
    const calls = repeatedOption("call", rawArgs).map(callOf);
    if (args.text === undefined && calls.length === 0) {
      throw new UsageError("Say the --text, or a --call.");
    }
    const turn: RunWrite = { calls, ...(args.text !== undefined && { text: args.text }) };
    const connection = connect(args);
    const run = await connection.client.runs.write(args.run, turn);
    told(connection, run, `It is written. Let it go on: flotilla runs resume ${run.runId}`);
  },
});

function callOf(text: string): { tool: string; input: Json } {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--call takes tool=json, not "${text}".`);
  return { tool: text.slice(0, at), input: jsonOf("--call", text.slice(at + 1)) };
}

export const perform = defineCommand({
  meta: { name: "perform", description: "Perform a call of a paused run in the tool's place" },
  args: {
    ...runArg,
    call: { type: "positional", description: "Id of the call", required: true },
    output: { type: "positional", description: "What it answers, as JSON", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const output = jsonOf("The output", args.output);
    const connection = connect(args);
    const run = await connection.client.runs.perform(args.run, args.call, { output });
    told(connection, run, `${args.call} is done. Let it go on: flotilla runs resume ${run.runId}`);
  },
});

function jsonOf(what: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(
      `${what} is not JSON: ${(error as Error).message}`,
      "Quote a text: '\"text\"'.",
    );
  }
}
