import { versionWord, type ChildState, type Run } from "@flotilla/core";
import { useMemo } from "react";
import { Cost } from "../../components/cost.tsx";
import { Count, formatPlural } from "../../components/count.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { CostShare } from "./cost-share.tsx";
import { CostTitle } from "./cost-title.tsx";
import type { Spending } from "./run-costs.ts";

/** The runs that it began, each with all below it, and its share of the whole tree's cost. */
export function ChildCosts({ run: { children }, own }: { run: Run; own: Spending }) {
  const below = children.reduce((sum, { costMicros }) => sum + costMicros, 0);
  const columns = useMemo(() => childColumns(own.costMicros + below), [own.costMicros, below]);
  return (
    <section aria-label="By run that it began">
      <CostTitle
        title="By run that it began"
        aside={
          <>
            {formatPlural(children.length, "run")}, <Cost micros={below} />;{" "}
            <Cost micros={own.costMicros + below} incomplete={own.isIncomplete} /> with its own
          </>
        }
      />
      <DataTable
        label="Costs by run that it began"
        columns={columns}
        items={[...children]}
        keyOf={({ childId }) => childId}
      />
    </section>
  );
}

function childColumns(wholeMicros: number): Column<ChildState>[] {
  return [
    {
      header: "Agent",
      width: "minmax(190px, 2.6fr)",
      cell: ({ childId, agentName, agentVersion, task }) => (
        <RowLink
          to="/runs/$runId"
          params={{ runId: childId }}
          search={{ view: "costs" }}
          className="truncate"
          title={task}
        >
          {agentName}{" "}
          <span className="dimmed">
            {versionWord(agentVersion)} · {task}
          </span>
        </RowLink>
      ),
    },
    {
      header: "Share of all",
      width: "minmax(90px, 1fr)",
      cell: ({ costMicros }) => <CostShare micros={costMicros} of={wholeMicros} />,
    },
    {
      header: "Cost",
      width: "84px",
      align: "end",
      cell: ({ costMicros, status }) =>
        status === "open" ? <span className="dimmed">open</span> : <Cost micros={costMicros} />,
    },
    {
      header: "Input",
      width: "76px",
      dropOrder: 2,
      align: "end",
      cell: ({ usage }) => <Count value={usage.inputTokens} />,
    },
    {
      header: "Cached",
      width: "76px",
      dropOrder: 1,
      align: "end",
      cell: ({ usage }) => <Count value={usage.cachedInputTokens} />,
    },
    {
      header: "Output",
      width: "76px",
      align: "end",
      cell: ({ usage }) => <Count value={usage.outputTokens} />,
    },
  ];
}
