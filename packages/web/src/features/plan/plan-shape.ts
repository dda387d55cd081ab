import type { PlanStep } from "@flotilla/core";
import type { StepChange } from "./plan-changes.ts";
import type { ProblemsByStep } from "./plan-problems.ts";
import type { PlanDraft } from "./use-plan-draft.ts";

/** What the graph and the list of a plan are given alike. */
export interface PlanShapeProps {
  /** In the plan's order; removed ones of the version before may be among them. */
  steps: readonly PlanStep[];
  changes: ReadonlyMap<string, StepChange>;
  problems: ProblemsByStep;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  /** null: the plan is only looked at. */
  actions: PlanDraft["actions"];
}
