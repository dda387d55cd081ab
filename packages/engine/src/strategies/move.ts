import type { AgentSpec, ModelStep, Run, StepPurpose, Strategy } from "@flotilla/core";
import type { Action } from "../action.ts";

/** What a strategy wants next: an action, or a model's answer, which the run's limits may forbid. */
export type Move = Exclude<Action, { kind: "call_model" }> | Ask;

export interface Ask {
  kind: "ask";
  /** Left out: the run's own turn. */
  purpose?: StepPurpose | undefined;
  /** A step that was begun and has no answer yet. */
  open?: ModelStep;
}

export function ask(purpose?: StepPurpose): Ask {
  return { kind: "ask", ...(purpose && { purpose }) };
}

export type PlanStrategy = Extract<Strategy, { kind: "plan_and_solve" | "hierarchical" }>;
export type Reflexion = Extract<Strategy, { kind: "reflexion" }>;

export function lastModelStep(run: Run): ModelStep | undefined {
  return run.steps.findLast((one) => one.kind === "model");
}

/** The model that is asked for a purpose, as the agent names it. */
export function modelFor({ model, strategy }: AgentSpec, purpose: StepPurpose | undefined): string {
  if (strategy === "react" || !purpose) return model;
  if (strategy.kind === "reflexion") {
    return purpose.kind === "critique" ? (strategy.criticModel ?? model) : model;
  }
  return purpose.kind === "plan" ? (strategy.plannerModel ?? model) : model;
}
