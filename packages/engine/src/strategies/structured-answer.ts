import {
  FlotillaError,
  messageText,
  type AgentSpec,
  type ModelStep,
  type Run,
} from "@flotilla/core";
import type { z } from "zod";
import { checkOutput } from "../output.ts";
import { repairsOf } from "../repairs.ts";
import type { Move } from "./move.ts";

/** What an answer that has to be JSON came to: its value, another try, or the problems in the end. */
export type Structured<T> = { value: T } | { move: Move } | { problems: string[] };

/**
 * Reads an answer of a model as JSON of a type. The model is shown its mistakes as often as the agent
 * allows.
 *
 * @param judge finds what the type cannot say
 */
export function structured<T>(
  run: Run,
  spec: AgentSpec,
  step: ModelStep,
  type: z.ZodType<T>,
  judge: (value: T) => string[] = () => [],
): Structured<T> {
  const read = readAnswer(step, type);
  const problems = "value" in read ? judge(read.value) : read.problems;
  if ("value" in read && problems.length === 0) return read;
  if (repairsOf(run, step) >= spec.outputRepairs) return { problems };
  return { move: { kind: "repair_output", step: step.step, problems: problems.slice(0, 20) } };
}

function readAnswer<T>(
  { message }: ModelStep,
  type: z.ZodType<T>,
): { value: T } | { problems: string[] } {
  const checked = checkOutput({}, message ? messageText(message) : "");
  if (!checked.ok) return checked;
  const parsed = type.safeParse(checked.output);
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.map(
    ({ path, message: said }) => `/${path.join("/")} ${said}`,
  );
  return { problems };
}

export function fail(code: FlotillaError["code"], message: string): Move {
  return { kind: "fail", error: new FlotillaError(code, message).toRecord() };
}
