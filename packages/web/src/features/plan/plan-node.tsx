import type { PlanStep } from "@flotilla/core";
import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { formatCost } from "../../components/cost.tsx";
import type { PlanLayout } from "./layout-plan.ts";
import type { StepChange } from "./plan-changes.ts";
import {
  changeLooks,
  checkWords,
  PlanStepIcon,
  stepTones,
  UseIcon,
  doerOf,
} from "./plan-words.tsx";
import styles from "./plan-node.module.css";

export type PlanNodeType = Node<
  {
    step: PlanStep;
    change: StepChange | null;
    problems: readonly string[];
    direction: PlanLayout["direction"];
    /** Edges may be drawn from and to it. */
    isEditable: boolean;
  },
  "step"
>;

/** One step on the canvas. */
export function PlanNode({ data, selected }: NodeProps<PlanNodeType>) {
  const { step, change, problems, direction, isEditable } = data;
  const isAcross = direction === "LR";
  const { id, intent, status, uses, budgetMicros, check } = step;
  return (
    <div
      className={styles["node"]}
      data-tone={stepTones[status]}
      data-selected={selected}
      data-change={change}
      data-wrong={problems.length > 0}
    >
      <Handle
        type="target"
        position={isAcross ? Position.Left : Position.Top}
        isConnectable={isEditable}
      />
      <div className={styles["head"]}>
        <PlanStepIcon status={status} />
        <span className={styles["id"]}>{id}</span>
        {change && (
          <span className={styles["change"]} data-tone={changeLooks[change][1]}>
            {changeLooks[change][0]}
          </span>
        )}
        <span className={styles["status"]}>{status}</span>
      </div>
      <p className={styles["intent"]}>{intent || "Says nothing yet"}</p>
      {problems.length > 0 ? (
        <p className={styles["problem"]} title={problems.join("\n")}>
          <IconAlertTriangleFilled size={12} aria-hidden />
          <span className="truncate">{problems[0]}</span>
        </p>
      ) : (
        <div className={styles["foot"]}>
          <UseIcon uses={uses} />
          <span className="truncate">{doerOf(uses)}</span>
          {budgetMicros !== undefined && <span>≤ {formatCost(budgetMicros)}</span>}
          {check && (
            <span className="truncate" title={`Good when it ${checkWords(check)}`}>
              ✓ {check.kind}
            </span>
          )}
        </div>
      )}
      <Handle
        type="source"
        position={isAcross ? Position.Right : Position.Bottom}
        isConnectable={isEditable}
      />
    </div>
  );
}
