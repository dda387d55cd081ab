import {
  isFor,
  lessonsOf,
  messageText,
  type AgentSpec,
  type ModelStep,
  type Run,
} from "@flotilla/core";
import { checkOutput } from "../output.ts";
import { critique, judgeResult } from "./judge-result.ts";
import { ask, type Move, type Reflexion } from "./move.ts";
import { fail } from "./structured-answer.ts";

/** What a final answer is worth as output, or what has to be done about it first. */
export type ReadAnswer = (step: ModelStep) => Move;

/**
 * What a run does that learns from its tries:
 *
 *   answer ──► checks ──► good enough: the end
 *     ▲          │
 *     └─ lesson ◄┘ critique, as long as there are tries left
 *
 * In the end the best try is the answer, or the run fails.
 */
export function nextOfReflexion(
  run: Run,
  spec: AgentSpec,
  strategy: Reflexion,
  read: ReadAnswer,
): Move {
  const number = lessonsOf(run).length + 1;
  const answer = answerOf(run, number);
  if (!answer || isSpokenTo(run)) return ask({ kind: "try", number });
  const output = read(answer);
  if (output.kind === "repair_output") return output;
  const judged =
    output.kind === "complete"
      ? judgeResult(run, spec, strategy.checks, { step: answer.step, output: output.output })
      : { ok: false, problems: [problemOf(output)], passed: 0 };
  if ("move" in judged) return judged.move;
  if (judged.ok) return output;
  if (number >= strategy.maxTries) {
    return exhausted(run, spec, strategy, judged.problems, { output, passed: judged.passed });
  }
  const verdict = critique(run, spec, { step: answer.step });
  if ("move" in verdict) return verdict.move;
  const { problems } = judged;
  const lesson = verdict.lesson || `Avoid this: ${problems.join("; ")}.`;
  return {
    kind: "journal",
    events: [{ type: "lesson.learnt", step: answer.step, lesson, problems }],
  };
}

/** The answer of a try; undefined while there is none. */
function answerOf(run: Run, number: number): ModelStep | undefined {
  const purpose = { kind: "try" as const, number };
  const step = run.steps.findLast(
    (one): one is ModelStep => one.kind === "model" && isFor(one, purpose),
  );
  return step?.finish === "stop" ? step : undefined;
}

/** Somebody said something after the answer: it is not the last one. */
function isSpokenTo(run: Run): boolean {
  const message = run.steps.findLastIndex(({ kind }) => kind === "message");
  return message > run.steps.findLastIndex(({ kind }) => kind === "model");
}

interface Try {
  output: Move;
  passed: number;
}

/** Of tries that are as good as each other the last one counts. */
function exhausted(
  run: Run,
  spec: AgentSpec,
  { checks, onExhausted, maxTries }: Reflexion,
  problems: string[],
  last: Try,
): Move {
  if (onExhausted === "best") {
    const earlier = lessonsOf(run).map(({ step }) => tryOf(run, spec, checks, step));
    const best = [...earlier, last].reduce((one, next) => (next.passed >= one.passed ? next : one));
    if (best.output.kind === "complete") return best.output;
  }
  return fail("check_failed", `None of ${maxTries} tries was good enough: ${problems.join("; ")}.`);
}

/** What is wrong with an answer that is none. */
function problemOf(move: Move): string {
  return move.kind === "fail" ? move.error.message : "it is no answer";
}

function tryOf(run: Run, spec: AgentSpec, checks: Reflexion["checks"], step: number): Try {
  const answer = run.steps.find((one) => one.kind === "model" && one.step === step);
  const text = answer?.kind === "model" && answer.message ? messageText(answer.message) : "";
  const read = spec.output ? checkOutput(spec.output, text) : { ok: true as const, output: text };
  if (!read.ok) return { output: fail("check_failed", "It fits no schema."), passed: -1 };
  const { output } = read;
  const judged = judgeResult(run, spec, checks, { step, output });
  return { output: { kind: "complete", output }, passed: "move" in judged ? 0 : judged.passed };
}
