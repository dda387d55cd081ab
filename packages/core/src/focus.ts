import type { Json } from "./json.ts";
import { inputText } from "./input.ts";
import { messageText, outputText, userMessage, type Message } from "./message.ts";
import { planOutcome } from "./plan-outcome.ts";
import { withResults } from "./plan-result.ts";
import type { Plan, PlanStep, StepPurpose } from "./plan.ts";
import type { LessonStep, MessageStep, ModelStep, Run } from "./run.ts";

/** A longer result of a step is cut where others are told of it. */
const longestResult = 20_000;

/** What a model call for a purpose sees of its run: no more than it needs. */
export interface Focus {
  /** The model steps whose turns are told: those for the same purpose, since it came up. */
  steps: ReadonlySet<number>;
  /** Whether what was said before the run is told. */
  hasHistory: boolean;
  /** Whether the input is told as it was given. */
  hasInput: boolean;
  /** What is asked beside it. */
  asked: Message[];
}

/** Undefined where the model sees the whole conversation. */
export function focusOf(run: Run, purpose: StepPurpose | undefined): Focus | undefined {
  if (!purpose) return undefined;
  const after = beginOf(run, purpose);
  const turns = run.steps.filter(
    (one) => one.kind === "model" && one.step > after && isFor(one, purpose),
  );
  const steps = new Set(turns.map(({ step }) => step));
  const isWhole = purpose.kind !== "plan_step" && purpose.kind !== "critique";
  const said = purpose.kind === "critique" ? [] : saidBeside(run, steps);
  const asked = [...said, ...questionOf(run, purpose)].map((text) => userMessage(text));
  return { steps, hasHistory: isWhole, hasInput: isWhole, asked };
}

/** The last model step before the purpose came up. */
function beginOf(run: Run, purpose: StepPurpose): number {
  switch (purpose.kind) {
    case "plan":
    case "answer":
      return run.plan?.after ?? 0;
    case "plan_step":
      return run.plan?.steps.find(({ id }) => id === purpose.id)?.after ?? 0;
    case "try":
      return 0;
    case "critique":
      return purpose.step;
  }
}

function questionOf(run: Run, purpose: StepPurpose): string[] {
  const { plan } = run;
  switch (purpose.kind) {
    case "plan":
      return plan ? [replanText(run, plan)] : [];
    case "plan_step": {
      const step = plan?.steps.find(({ id }) => id === purpose.id);
      return plan && step ? [planStepText(plan, step)] : [];
    }
    case "try":
      return lessonsText(lessonsOf(run));
    case "critique":
      return [critiqueText(run, purpose)];
    case "answer":
      return plan ? [resultsText(plan)] : [];
  }
}

/** Whether the run's model steps are for purposes of a strategy, each with a conversation of its own. */
export function hasPurposes({ plan, steps }: Run): boolean {
  return plan !== null || steps.some((one) => one.kind === "model" && one.purpose !== undefined);
}

/** Whether a model step is for the purpose. */
export function isFor(step: ModelStep, purpose: StepPurpose | undefined): boolean {
  const own = step.purpose;
  if (own?.kind !== purpose?.kind) return false;
  if (own?.kind === "plan_step" && purpose?.kind === "plan_step") {
    return own.id === purpose.id && own.attempt === purpose.attempt;
  }
  if (own?.kind === "try" && purpose?.kind === "try") return own.number === purpose.number;
  if (own?.kind === "critique" && purpose?.kind === "critique") {
    return own.step === purpose.step && own.planStep === purpose.planStep;
  }
  return true;
}

/** Whether calls of tools are offered to a model that is asked for a purpose. */
export function mayCallTools(purpose: StepPurpose | undefined): boolean {
  return !purpose || purpose.kind === "plan_step" || purpose.kind === "try";
}

/** Whether what a model says for a purpose is the run's answer, or on the way to it. */
export function isAnswering(purpose: StepPurpose | undefined): boolean {
  return !purpose || purpose.kind === "answer";
}

/** What the run's next turn is for, where somebody else than a model takes it. */
export function purposeNow(run: Run): StepPurpose | undefined {
  const last = run.steps.findLast((one): one is ModelStep => one.kind === "model");
  if (last && last.status !== "completed") return last.purpose;
  const { plan } = run;
  if (plan) {
    const own = plan.steps.find(({ status, uses }) => status === "running" && uses.kind === "self");
    if (own) return { kind: "plan_step", id: own.id, attempt: own.attempts };
    return plan.steps.every(({ status }) => status === "done") ? { kind: "answer" } : undefined;
  }
  const isTrying = run.steps.some((one) => one.kind === "model" && one.purpose?.kind === "try");
  return isTrying ? { kind: "try", number: lessonsOf(run).length + 1 } : undefined;
}

/** The lessons of the run's tries, in order. */
export function lessonsOf({ steps }: Run): LessonStep[] {
  return steps.filter((one): one is LessonStep => one.kind === "lesson" && one.planStep === null);
}

function lessonsText(lessons: readonly LessonStep[]): string[] {
  if (lessons.length === 0) return [];
  const told = lessons.map(({ lesson }, i) => `${i + 1}. ${lesson}`);
  return [["Earlier tries were not good enough. What they taught:", ...told].join("\n")];
}

/** What people and other agents have said to the run outside of these steps. */
function saidBeside(run: Run, steps: ReadonlySet<number>): string[] {
  const said = run.steps.filter((one): one is MessageStep => one.kind === "message");
  return said
    .filter(({ step }) => !steps.has(step))
    .map(({ text, from }) => (from ? `[From the agent ${from.agentName}]\n${text}` : text));
}

/** What whoever does a step of a plan is told of it, and of the work so far. */
export function planStepText(plan: Plan, step: PlanStep): string {
  const before = plan.steps.filter(({ id }) => step.dependsOn.includes(id));
  const inputs = withResults(step.inputs, plan);
  return [
    `The goal of the plan: ${plan.goal}`,
    `Your part is the step ${step.id}: ${step.intent}`,
    ...(Object.keys(step.inputs).length > 0 ? [`Inputs: ${JSON.stringify(inputs)}`] : []),
    ...before.map((one) => `What step ${one.id} (${one.intent}) came to:\n${cut(one.result)}`),
    ...(step.error ? [`An earlier try of this step failed: ${step.error.message}`] : []),
  ].join("\n\n");
}

function replanText(run: Run, plan: Plan): string {
  const review = run.planReview;
  const isRejected = review?.version === plan.version && !review.approved;
  const why = isRejected
    ? `A person has rejected the plan: ${review.reason ?? "no reason was given"}`
    : "A step of the plan has failed.";
  return [
    `The plan so far: ${plan.goal}`,
    ...plan.steps.map(stepLine),
    `${why}\nMake a new plan. Steps that are done stay done, and their results can be used; leave them out.`,
  ].join("\n\n");
}

function stepLine({ id, intent, status, result, error }: PlanStep): string {
  const line = `Step ${id} (${status}): ${intent}`;
  if (status === "done") return `${line}\nResult: ${cut(result)}`;
  return error ? `${line}\nIt failed: ${error.message}` : line;
}

function resultsText({ goal, steps }: Plan): string {
  return [
    `The plan has been carried out: ${goal}`,
    ...steps.map((step) => stepLine(step)),
    "Give the final answer from these results.",
  ].join("\n\n");
}

/** The question and the answer, as material for whoever judges. */
function critiqueText(run: Run, purpose: StepPurpose & { kind: "critique" }): string {
  const { question, answer } = judged(run, purpose);
  return `[question]\n${question}\n[/question]\n\n[answer]\n${answer}\n[/answer]`;
}

function judged(run: Run, { step, planStep }: StepPurpose & { kind: "critique" }) {
  if (planStep === undefined) {
    const answered = run.steps.find((one) => one.kind === "model" && one.step === step);
    const message = answered?.kind === "model" ? answered.message : null;
    return { question: inputText(run.input), answer: message ? messageText(message) : "" };
  }
  const found = run.plan?.steps.find(({ id }) => id === planStep);
  const outcome = found && planOutcome(run, found);
  const answer = outcome && "output" in outcome ? outputText(outcome.output) : "";
  return { question: found?.intent ?? "", answer };
}

function cut(result: Json): string {
  const text = outputText(result);
  return text.length <= longestResult ? text : `${text.slice(0, longestResult)}… (cut)`;
}
