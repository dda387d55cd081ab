import { isDeepStrictEqual } from "node:util";
import {
  FlotillaError,
  toFlotillaError,
  type ErrorCode,
  type Json,
  type JsonObject,
  type ToolContext,
} from "@flotilla/core";
import { callTool } from "../call.ts";
import { judgeOf, type Judge } from "../json-schema.ts";
import type { Tool } from "../tool.ts";
import { aloneContext } from "./alone-context.ts";
import { nearInputs } from "./bad-inputs.ts";
import { definitionProblems } from "./definition-problems.ts";
import { obeysStop } from "./obeys-stop.ts";
import type { CheckName, Making, Sample, ToolCheck, ToolReport } from "./tool-report.ts";

export interface CheckTool {
  /** Calls beside its examples that say `runs`; they are made several times. */
  samples?: readonly Sample[];
  /** What the calls are given in the place of an empty workspace, no artifacts and no credentials. */
  context?: Partial<ToolContext>;
  /** How long what a call began may take to come to rest after it was told to stop. Default: 2 s. */
  graceMs?: number;
}

const maxResultBytes = 16 * 1024 * 1024;

/**
 * Holds a tool against what the platform and the models rely on. Makes only the calls of its samples and of the
 * examples that say they are harmless; without any, what needs a call is skipped. Needs no running platform.
 */
export async function checkTool(tool: Tool, options: CheckTool = {}): Promise<ToolReport> {
  const examples = tool.info.examples ?? [];
  const harmless = tool.info.by === "engine" ? [] : examples.filter(({ runs }) => runs === true);
  const samples = [...harmless, ...(options.samples ?? [])];
  const good = [...examples, ...(options.samples ?? [])].map(({ input }) => input);
  const making = {
    tool,
    samples,
    context: options.context ?? {},
    graceMs: options.graceMs ?? 2_000,
  };
  const checks = [
    await check("definition", () => definitionProblems(tool.info)),
    await check("schemas", () => schemaProblems(tool, good)),
    await check("bad input", () => badInputProblems(tool, good)),
    await check("cancelled before", () => cancelledBefore(tool, good)),
    ...(await checksWithCalls(making)),
  ];
  return { tool: tool.info.name, ok: checks.every(({ outcome }) => outcome !== "failed"), checks };
}

async function check(
  name: CheckName,
  find: () => string[] | Promise<string[]>,
): Promise<ToolCheck> {
  let problems: string[];
  try {
    problems = await find();
  } catch (thrown) {
    problems = [toFlotillaError(thrown).message];
  }
  return { name, outcome: problems.length === 0 ? "passed" : "failed", problems };
}

/** What is found out by making calls; where they cannot be made, nothing is. */
async function checksWithCalls(making: Making): Promise<ToolCheck[]> {
  const others = {
    "large result": largeProblems,
    "cancelled during": (one: Making) => obeysStop(one, "cancel"),
    timeout: (one: Making) => obeysStop(one, "timeout"),
  } as const;
  const names = Object.keys(others) as (keyof typeof others)[];
  const skipped =
    (why: string) =>
    (name: CheckName): ToolCheck => ({ name, outcome: "skipped", problems: [why] });
  if (making.samples.length === 0) {
    const isEngines = making.tool.info.by === "engine";
    const why = isEngines
      ? "the engine performs its calls"
      : "it needs a harmless call: give the tool an example with `runs: true`";
    return (["examples", ...names] as const).map(skipped(why));
  }
  const examples = await check("examples", () => exampleProblems(making));
  if (examples.outcome === "failed") return [examples, ...names.map(skipped("its example fails"))];
  const checks = [examples];
  for (const name of names) checks.push(await check(name, () => others[name](making)));
  return checks;
}

/** Its schemas are JSON Schemas, survive JSON, and take what the tool's own schemas take. */
function schemaProblems({ info, input }: Tool, good: readonly JsonObject[]): string[] {
  const problems: string[] = [];
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(info)), info)) {
    problems.push("its definition is another one after a way through JSON");
  }
  judgeOf(info.output);
  const judge = judgeOf(info.input);
  for (const one of good) {
    const said = judge(one);
    if (said.length > 0) problems.push(`its schema refuses ${show(one)}: ${said.join("; ")}`);
  }
  for (const one of nearInputs(info.input, good)) {
    const isTaken = input.safeParse(one).success;
    const said = judge(one);
    if (isTaken && said.length > 0) {
      problems.push(`it takes ${show(one)}, which its JSON Schema refuses: ${said.join("; ")}`);
    }
  }
  return problems.slice(0, 5);
}

/** What its schema refuses is refused before anything is done. */
async function badInputProblems(tool: Tool, good: readonly JsonObject[]): Promise<string[]> {
  const judge: Judge = judgeOf(tool.info.input);
  const bad = nearInputs(tool.info.input, good).filter((one) => judge(one).length > 0);
  const problems: string[] = [];
  for (const input of bad) {
    const spied = spy(tool);
    const error = await failure(callTool(spied.tool, input, spied.context(), maxResultBytes));
    if (spied.calls > 0) problems.push(`it was called with ${show(input)}`);
    else if (error?.code !== "tool_input_invalid") {
      problems.push(`${show(input)} is ${error?.code ?? "answered"}, not tool_input_invalid`);
    }
  }
  return problems.slice(0, 5);
}

/** A call that nobody wants any more is not made. */
async function cancelledBefore(tool: Tool, [input = {}]: readonly JsonObject[]): Promise<string[]> {
  const spied = spy(tool);
  if (!tool.input.safeParse(input).success) return [];
  const context = { ...spied.context(), signal: AbortSignal.abort() };
  const error = await failure(callTool(spied.tool, input, context, maxResultBytes));
  return error?.code === "cancelled" && spied.calls === 0
    ? []
    : [`it is ${error?.code ?? "answered"} when it is cancelled before it begins`];
}

async function exampleProblems({ tool, samples, context }: Making): Promise<string[]> {
  const judge = judgeOf(tool.info.output);
  const problems: string[] = [];
  for (const { input, output } of samples) {
    const answer = await attempt(tool, input, context);
    if (answer instanceof FlotillaError) {
      problems.push(`${show(input)} fails: ${answer.message}`);
      continue;
    }
    const said = judge(answer.output);
    if (said.length > 0)
      problems.push(`${show(input)}: its answer is not of its schema: ${said[0]}`);
    if (output !== undefined && !isDeepStrictEqual(answer.output, output)) {
      problems.push(`${show(input)} answers ${show(answer.output)}, not ${show(output)}`);
    }
  }
  return problems;
}

async function largeProblems({ tool, samples, context }: Making): Promise<string[]> {
  const [{ input } = { input: {} }] = samples;
  const answer = await attempt(tool, input, context, 0);
  const isRefused = answer instanceof FlotillaError && answer.code === "tool_failed";
  return isRefused ? [] : ["a result over the limit is not refused"];
}

async function attempt(
  tool: Tool,
  input: JsonObject,
  given: Partial<ToolContext>,
  limit = maxResultBytes,
): Promise<{ output: Json } | FlotillaError> {
  const { context, close } = aloneContext(given);
  try {
    return { output: await callTool(tool, input, context, limit) };
  } catch (thrown) {
    return toFlotillaError(thrown);
  } finally {
    await close();
  }
}

/** The tool, with a call that only counts. */
function spy(tool: Tool) {
  const spied = {
    calls: 0,
    tool: { ...tool, call: () => void (spied.calls += 1) } as Tool,
    context: () => aloneContext().context,
  };
  return spied;
}

async function failure(
  call: Promise<unknown>,
): Promise<{ code: ErrorCode; message: string } | undefined> {
  return call.then(() => undefined, toFlotillaError);
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
