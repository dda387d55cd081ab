import type { Run } from "@flotilla/core";
import { useMemo } from "react";
import { formatPlural } from "../../components/count.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { costPartColumns } from "./cost-part-columns.tsx";
import { CostTitle } from "./cost-title.tsx";
import { besideSteps, type CostPart, type Spending } from "./run-costs.ts";
import { modelStepName } from "./step-name.ts";
import { stepKey } from "./timeline-layout.ts";

interface StepCostsProps {
  run: Run;
  own: Spending;
  steps: CostPart[];
}

/** What each step cost, with its share; its name leads to it. */
export function StepCosts({ run, own, steps }: StepCostsProps) {
  const names = useMemo(() => namesOf(run), [run]);
  const columns = useMemo(
    () =>
      costPartColumns("Step", own, ({ key }) => {
        if (key === besideSteps) return <span className="dimmed">Beside the steps</span>;
        return (
          <RowLink
            to="/runs/$runId"
            params={{ runId: run.runId }}
            search={{ step: key }}
            className="truncate"
          >
            {names.get(key) ?? key}
          </RowLink>
        );
      }),
    [own, names, run.runId],
  );
  return (
    <section aria-label="By step">
      <CostTitle
        title="By step"
        aside={`${formatPlural(steps.length, "step")} with a cost, with all attempts`}
      />
      <DataTable label="Costs by step" columns={columns} items={steps} keyOf={keyOf} />
    </section>
  );
}

const keyOf = ({ key }: CostPart) => key;

function namesOf({ steps }: Run): Map<string, string> {
  return new Map(
    steps.flatMap((step, index) => {
      if (step.kind !== "model" && step.kind !== "tool") return [];
      return [[stepKey(step, index), step.kind === "tool" ? step.tool : modelStepName(step)]];
    }),
  );
}
