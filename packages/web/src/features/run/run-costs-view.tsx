import type { Event, Run } from "@flotilla/core";
import { Stack } from "@mantine/core";
import { useMemo } from "react";
import { Cost } from "../../components/cost.tsx";
import { formatPlural } from "../../components/count.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ChildCosts } from "./child-costs.tsx";
import { costPartColumns } from "./cost-part-columns.tsx";
import { CostTitle } from "./cost-title.tsx";
import { runCosts } from "./run-costs.ts";
import { StepCosts } from "./step-costs.tsx";

/** What a run cost, by model and by step; what the runs that it began cost stands apart. */
export function RunCostsView({ run, events }: { run: Run; events: readonly Event[] }) {
  const { own, models, steps } = useMemo(() => runCosts(events), [events]);
  const columns = useMemo(
    () => costPartColumns("Model", own, ({ key }) => <span className="mono truncate">{key}</span>),
    [own],
  );
  if (steps.length === 0 && run.children.length === 0) {
    return (
      <Empty title="Nothing has cost anything yet">
        Every call of a model, and every tool with a price, stands here once it is answered.
      </Empty>
    );
  }
  return (
    <Stack gap="xl">
      <section aria-label="By model">
        <CostTitle
          title="By model"
          aside={
            <>
              {formatPlural(own.calls, "call")},{" "}
              <Cost micros={own.costMicros} incomplete={own.isIncomplete} />
              {run.children.length > 0 && " without the runs that it began"}
            </>
          }
        />
        <DataTable label="Costs by model" columns={columns} items={models} keyOf={keyOf} />
      </section>
      {run.children.length > 0 && <ChildCosts run={run} own={own} />}
      <StepCosts run={run} own={own} steps={steps} />
    </Stack>
  );
}

const keyOf = ({ key }: { key: string }) => key;
