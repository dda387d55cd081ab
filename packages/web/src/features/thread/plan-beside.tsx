import type { Plan } from "@flotilla/core";
import { Progress, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { noChanges } from "../plan/plan-changes.ts";
import { PlanStepDetail } from "../plan/plan-step-detail.tsx";
import { PlanList } from "../plan/plan-list.tsx";
import { noProblems } from "../plan/plan-problems.ts";
import type { FollowedRun } from "./turn.tsx";
import styles from "./plan-beside.module.css";

interface PlanBesideProps {
  followed: FollowedRun;
  plan: Plan;
}

/** The plan of an answer beside it, as it is followed. */
export function PlanBeside({ followed: { run }, plan }: PlanBesideProps) {
  const [selected, select] = useState<string>();
  const chosen = plan.steps.find(({ id }) => id === selected);
  const over = plan.steps.filter(({ status }) => status === "done" || status === "skipped").length;
  return (
    <aside className={styles["beside"]} aria-label="Plan">
      <header className={styles["head"]}>
        <Text size="sm" fw={500}>
          Plan
        </Text>
        <span className="figure dimmed">
          {over} of {plan.steps.length} done
          {plan.version > 1 && ` · version ${plan.version}`}
        </span>
      </header>
      <Progress
        size={4}
        value={(over / Math.max(1, plan.steps.length)) * 100}
        aria-label="Steps that are done"
      />
      <Text size="xs" c="dimmed">
        {plan.goal}
      </Text>
      <PlanList
        steps={plan.steps}
        changes={noChanges}
        problems={noProblems}
        selected={selected}
        actions={null}
        onSelect={(id) => select(id === selected ? undefined : id)}
      />
      {chosen && <PlanStepDetail key={chosen.id} runId={run.runId} step={chosen} />}
      <Link to="/runs/$runId" params={{ runId: run.runId }} search={{ view: "plan" }}>
        Open it as a graph, or edit it
      </Link>
    </aside>
  );
}
