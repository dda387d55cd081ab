import type { ReactNode } from "react";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import type { Column } from "../../components/data-table.tsx";
import { CostShare } from "./cost-share.tsx";
import type { CostPart, Spending } from "./run-costs.ts";

/** What is shown of a part of a run's costs, whatever it stands for. */
export function costPartColumns(
  header: string,
  whole: Spending,
  name: (part: CostPart) => ReactNode,
): Column<CostPart>[] {
  return [
    { header, width: "minmax(150px, 1.4fr)", cell: name },
    {
      header: "Share",
      width: "minmax(90px, 1fr)",
      dropOrder: 5,
      cell: ({ costMicros }) => <CostShare micros={costMicros} of={whole.costMicros} />,
    },
    {
      header: "Cost",
      width: "84px",
      align: "end",
      cell: ({ costMicros, isIncomplete }) => (
        <Cost micros={costMicros} incomplete={isIncomplete} />
      ),
    },
    counted("Calls", "56px", ({ calls }) => calls),
    counted("Failed", "56px", ({ failedCalls }) => failedCalls, 3),
    counted("From cache", "80px", ({ unaskedAnswers }) => unaskedAnswers, 2),
    counted("Input", "76px", ({ usage }) => usage.inputTokens, 6),
    counted("Cached", "76px", ({ usage }) => usage.cachedInputTokens, 4),
    counted("Output", "76px", ({ usage }) => usage.outputTokens),
    counted("Reasoning", "76px", ({ usage }) => usage.reasoningTokens, 1),
  ];
}

/** A number; one that is nothing is dimmed. */
function counted(
  header: string,
  width: string,
  of: (part: CostPart) => number,
  dropOrder?: number,
): Column<CostPart> {
  return {
    ...{ header, width, align: "end" as const },
    ...(dropOrder !== undefined && { dropOrder }),
    cell: (part) => (
      <span className={of(part) === 0 ? "dimmed" : ""}>
        <Count value={of(part)} />
      </span>
    ),
  };
}
