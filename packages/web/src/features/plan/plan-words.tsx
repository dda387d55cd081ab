import type { AcceptanceCheck, PlanStep, PlanStepStatus, RunStatus } from "@flotilla/core";
import {
  IconAlertTriangleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconPlayerPlayFilled,
  IconRobot,
  IconSparkles,
  IconTool,
} from "@tabler/icons-react";
import type { StepChange } from "./plan-changes.ts";

/** The status of a run whose colour a step of a plan borrows. */
export const stepTones: Record<PlanStepStatus, RunStatus> = {
  pending: "pending",
  running: "running",
  done: "completed",
  failed: "failed",
  skipped: "cancelled",
};

const statusIcons = {
  pending: IconCircleDashed,
  running: IconPlayerPlayFilled,
  done: IconCircleCheckFilled,
  failed: IconAlertTriangleFilled,
  skipped: IconBan,
};

export function PlanStepIcon({ status }: { status: PlanStepStatus }) {
  const Icon = statusIcons[status];
  return (
    <Icon
      size={14}
      data-tone={stepTones[status]}
      style={{ flex: "none", color: "var(--tone-text)" }}
      aria-hidden
    />
  );
}

export function UseIcon({ uses }: { uses: PlanStep["uses"] }) {
  const props = { size: 13, stroke: 1.7, "aria-hidden": true, style: { flex: "none" } };
  if (uses.kind === "tool") return <IconTool {...props} />;
  return uses.kind === "agent" ? <IconRobot {...props} /> : <IconSparkles {...props} />;
}

/** Who does a step, in a word. */
export function doerOf(uses: PlanStep["uses"]): string {
  if (uses.kind === "tool") return uses.tool;
  return uses.kind === "agent" ? uses.agent : "the agent itself";
}

/** How a step's result is judged, in a line. */
export function checkWords(check: AcceptanceCheck): string {
  switch (check.kind) {
    case "contains":
      return `contains “${check.text}”`;
    case "regex":
      return `matches ${check.pattern}`;
    case "number":
      return check.tolerance > 0
        ? `the last number is ${check.equals} ± ${check.tolerance}`
        : `the last number is ${check.equals}`;
    case "schema":
      return "fits a JSON Schema";
    case "tool":
      return `${check.tool} says so`;
    case "critic":
      return `a model judges: ${check.criteria}`;
  }
}

/** Words of a change, with the status whose colour it borrows. */
export const changeLooks: Record<StepChange, [word: string, tone: RunStatus]> = {
  added: ["added", "completed"],
  removed: ["removed", "failed"],
  changed: ["changed", "waiting"],
  moved: ["moved", "running"],
};
