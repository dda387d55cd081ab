import {
  isTerminal,
  planVersions,
  type Event,
  type Plan,
  type PlanStep,
  type PlanVersion,
  type Run,
} from "@flotilla/core";
import { SegmentedControl, Skeleton, Text } from "@mantine/core";
import { lazy, Suspense, useContext, useMemo, useState } from "react";
import { useMay } from "../../data/me.ts";
import { RunScope } from "../run/run-scope.ts";
import { changesBetween, noChanges, withRemoved } from "./plan-changes.ts";
import { RefusedEdit } from "./refused-edit.tsx";
import { PlanEditBar } from "./plan-edit-bar.tsx";
import { PlanList } from "./plan-list.tsx";
import { PlanSide } from "./plan-side.tsx";
import { noProblems } from "./plan-problems.ts";
import { usePlanDraft } from "./use-plan-draft.ts";
import { VersionSelect } from "./version-select.tsx";
import styles from "./plan-view.module.css";

/** The graph brings its own libraries: they are loaded once somebody looks at a plan. */
const PlanCanvas = lazy(async () => ({ default: (await import("./plan-canvas.tsx")).PlanCanvas }));

interface PlanViewProps {
  run: Run;
  plan: Plan;
  events: readonly Event[];
}

/** The plan of a run, as a graph or a list; in the present it can be edited. */
export function PlanView({ run, plan, events }: PlanViewProps) {
  const { isPast } = useContext(RunScope);
  const may = useMay();
  const [shape, setShape] = useState("graph");
  const [selected, select] = useState<string>();
  const [version, setVersion] = useState<number | null>(null);
  const edit = usePlanDraft(run.runId, plan);
  const versions = useMemo(() => planVersions(events), [events]);
  const { steps, changes } = useShownPlan({ plan, versions, version, draft: edit.steps });
  const canEdit = !isPast && !isTerminal(run.status) && may("runs.steer") && version === null;
  const Shape = shape === "graph" ? PlanCanvas : PlanList;
  return (
    <div className={styles["view"]}>
      <div className={styles["head"]}>
        <Text size="sm" className={styles["goal"]}>
          <span className="dimmed">Goal: </span>
          {plan.goal}
        </Text>
        <VersionSelect
          versions={versions}
          current={plan.version}
          value={version}
          disabled={edit.steps !== null}
          onChange={setVersion}
        />
        <SegmentedControl
          size="xs"
          aria-label="Show the plan as"
          value={shape}
          onChange={setShape}
          data={[
            { value: "graph", label: "Graph" },
            { value: "list", label: "List" },
          ]}
        />
      </div>
      <RefusedEdit events={events} />
      <PlanEditBar edit={edit} canEdit={canEdit} plan={plan} onAdded={select} />
      <div className={styles["split"]}>
        <Suspense
          fallback={<Skeleton height={420} role="status" aria-busy="true" aria-label="Loading" />}
        >
          <Shape
            steps={steps}
            changes={changes}
            problems={edit.problems ?? noProblems}
            selected={selected}
            actions={edit.actions}
            onSelect={select}
          />
        </Suspense>
        <PlanSide run={run} plan={plan} steps={steps} id={selected} edit={edit} onSelect={select} />
      </div>
    </div>
  );
}

interface ShownPlanOptions {
  plan: Plan;
  versions: readonly PlanVersion[];
  /** The chosen one; null: the present. */
  version: number | null;
  draft: readonly PlanStep[] | null;
}

/** The steps that are looked at, with what changed: by the draft, or by the chosen version. */
function useShownPlan({ plan, versions, version, draft }: ShownPlanOptions) {
  return useMemo(() => {
    const chosen = versions.find((one) => one.version === version);
    const shown = draft ?? chosen?.plan.steps ?? plan.steps;
    const before = versions.find((one) => one.version === (chosen?.version ?? 0) - 1);
    const held = draft ? plan : before?.plan;
    if (!held) return { steps: shown, changes: noChanges };
    return {
      steps: withRemoved(shown, held.steps),
      changes: changesBetween(held, { steps: [...shown] }),
    };
  }, [plan, versions, version, draft]);
}
