import type { ForkRequest } from "@flotilla/api";
import { forkEffectsSchema, planEditSchema, type ForkPlace, type Json } from "@flotilla/core";
import { z } from "zod";
import { readTextFile, textOrFile } from "./input-text.ts";
import { integerOption, repeatedOption, UsageError, type CommandArgs } from "./usage.ts";

/** The options of commands that make forks: where they begin, and what they do otherwise. */
export const forkArgs = {
  at: {
    type: "string",
    valueHint: "start|end|step",
    description: "Where it leaves the run: that model step is made again",
  },
  seq: { type: "string", valueHint: "number", description: "Leave the run after that event" },
  model: { type: "string", valueHint: "name", description: "Another model" },
  "agent-version": {
    type: "string",
    valueHint: "number",
    description: "Another version of the agent",
  },
  instructions: { type: "string", valueHint: "text|@file", description: "Other instructions" },
  message: { type: "string", valueHint: "text|@file", description: "Another input message" },
  effects: {
    type: "enum",
    options: [...forkEffectsSchema.options],
    description: "Calls with side effects: from the record or refused, refused, or made (record)",
  },
} as const satisfies CommandArgs;

/** Options for the fork of one run: what is particular to its steps. */
export const runForkArgs = {
  result: {
    type: "string",
    valueHint: "call=json",
    description: "Another result of a call, such as c1-0; may be repeated",
  },
  plan: { type: "string", valueHint: "path", description: "JSON file with edits of its plan" },
} as const satisfies CommandArgs;

interface Given {
  at?: string | undefined;
  seq?: string | undefined;
  model?: string | undefined;
  "agent-version"?: string | undefined;
  instructions?: string | undefined;
  message?: string | undefined;
  effects?: "record" | "block" | "allow" | undefined;
  plan?: string | undefined;
}

/** What the options say. Throws UsageError. */
export async function forkRequest(given: Given, rawArgs: string[]): Promise<ForkRequest> {
  const at = placeOf(given);
  const agentVersion = integerOption("agent-version", given["agent-version"], { min: 1 });
  const instructions = given.instructions && (await textOrFile(given.instructions));
  const message = given.message && (await textOrFile(given.message));
  const toolResults = repeatedOption("result", rawArgs).map(resultOf);
  const plan = given.plan && (await readPlan(given.plan));
  return {
    ...(at !== undefined && { at }),
    changes: {
      ...(agentVersion !== undefined && { agentVersion }),
      ...(given.model && { model: given.model }),
      ...(instructions && { instructions }),
      ...(message && { message }),
      ...(toolResults.length > 0 && { toolResults }),
      ...(plan && { plan }),
    },
    ...(given.effects && { effects: given.effects }),
  };
}

function placeOf({ at, seq }: Given): ForkPlace | undefined {
  if (at !== undefined && seq !== undefined) throw new UsageError("Give --at or --seq, not both.");
  const event = integerOption("seq", seq, { min: 1 });
  if (event !== undefined) return { seq: event };
  if (at === undefined || at === "start" || at === "end") return at;
  const step = Number(at);
  if (Number.isSafeInteger(step) && step > 0) return { step };
  throw new UsageError(`--at takes start, end or the number of a model step; not "${at}".`);
}

function resultOf(text: string): { callId: string; output: Json } {
  const [, callId, json] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (callId === undefined || json === undefined) {
    throw new UsageError(`--result takes <call>=<json>, not "${text}".`);
  }
  try {
    return { callId, output: JSON.parse(json) as Json };
  } catch {
    throw new UsageError(`--result ${callId} is no JSON: ${json}`, "Put texts in double quotes.");
  }
}

async function readPlan(path: string) {
  const text = await readTextFile(path);
  try {
    return z.array(planEditSchema).parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${path} is no list of plan edits: ${(error as Error).message}`);
  }
}
