import {
  checkCallId,
  isFor,
  outputText,
  planCheckCallId,
  type AcceptanceCheck,
  type AgentSpec,
  type Json,
  type ModelStep,
  type PlanStep,
  type Run,
  type StepPurpose,
  type ToolStep,
} from "@flotilla/core";
import { pendingCalls } from "../pending-calls.ts";
import { checkText } from "./check-text.ts";
import { ask, type Move } from "./move.ts";
import { verdictSchema } from "./plan-proposal.ts";
import { structured } from "./structured-answer.ts";

/** What is judged: the answer of a model step, or what a step of a plan came to. */
export interface Subject {
  /** The model step that answered; of a step of a plan, the last one there was. */
  step: number;
  planStep?: PlanStep;
  output: Json;
}

/** How a result was judged, or what has to be done first. `passed`: how many of the checks. */
export type Judgement =
  | { ok: boolean; problems: string[]; passed: number; lesson?: string }
  | { move: Move };

/** Judges a result: first what costs nothing, then by tools, then by a critic. */
export function judgeResult(
  run: Run,
  spec: AgentSpec,
  checks: readonly AcceptanceCheck[],
  subject: Subject,
): Judgement {
  const text = outputText(subject.output);
  const problems = checks.flatMap((check) => checkText(check, text) ?? []);
  const own = checks.filter(({ kind }) => kind !== "tool" && kind !== "critic").length;
  const passed = own - problems.length;
  if (problems.length > 0) return { ok: false, problems, passed };
  const byTools = judgeByTools(run, checks, subject);
  if ("move" in byTools) return byTools;
  const tools = checks.filter(({ kind }) => kind === "tool").length;
  if (!byTools.ok) return { ...byTools, passed: passed + tools - byTools.problems.length };
  const critics = checks.filter(({ kind }) => kind === "critic").length;
  if (critics === 0) return { ok: true, problems: [], passed: passed + tools };
  const verdict = critique(run, spec, subject);
  if ("move" in verdict) return verdict;
  const { ok, lesson } = verdict;
  return {
    ...{ ok, problems: verdict.problems, passed: passed + tools + (ok ? critics : 0) },
    ...(lesson !== undefined && { lesson }),
  };
}

function judgeByTools(
  run: Run,
  checks: readonly AcceptanceCheck[],
  { step, planStep, output }: Subject,
): { ok: boolean; problems: string[] } | { move: Move } {
  const problems: string[] = [];
  for (const [index, check] of checks.entries()) {
    if (check.kind !== "tool") continue;
    const { tool } = check;
    const callId = planStep
      ? planCheckCallId(planStep.id, planStep.attempts)
      : checkCallId(step, index);
    const input = { ...check.input, answer: output };
    const move = pendingCalls(run, [{ type: "tool_call", callId, tool, input }]);
    if (move) return { move };
    const call = run.steps.findLast(
      (one): one is ToolStep => one.kind === "tool" && one.callId === callId,
    );
    problems.push(...(call ? problemsOf(call) : []));
  }
  return { ok: problems.length === 0, problems };
}

/** A check answers true or false, or says `passed` and its `problems`. */
function problemsOf({ tool, status, output, error }: ToolStep): string[] {
  if (status !== "done") return [`the check ${tool} failed: ${error?.message ?? "no answer"}`];
  if (output === true) return [];
  const said = verdictSchema.safeParse(output);
  if (!said.success) return [`the check ${tool} did not pass it`];
  if (said.data.passed) return [];
  const { problems } = said.data;
  return problems.length > 0 ? [problems.join("; ")] : [`the check ${tool} did not pass it`];
}

type Verdict = { ok: boolean; problems: string[]; lesson: string };

/** What a critic says of a result: asked for once, whatever there is to judge. */
export function critique(
  run: Run,
  spec: AgentSpec,
  { step, planStep }: Pick<Subject, "step" | "planStep">,
): Verdict | { move: Move } {
  const purpose: StepPurpose = {
    kind: "critique",
    step,
    ...(planStep && { planStep: planStep.id }),
  };
  const said = run.steps.findLast(
    (one): one is ModelStep => one.kind === "model" && isFor(one, purpose),
  );
  if (!said) return { move: ask(purpose) };
  const read = structured(run, spec, said, verdictSchema);
  if ("move" in read) return read;
  if ("problems" in read) {
    return { ok: false, problems: ["the critic gave no verdict that can be read"], lesson: "" };
  }
  const { passed, problems, lesson } = read.value;
  const named = problems.length > 0 ? problems : ["the critic did not say what is wrong"];
  return { ok: passed, problems: passed ? [] : named, lesson };
}
