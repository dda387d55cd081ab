import type { CostItem } from "@flotilla/core";
import { Cost, formatCost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { type Column } from "../../components/data-table.tsx";
import { RowLink } from "../../components/row-link.tsx";
import type { CostKind, CostSearch } from "./cost-search.ts";
import styles from "./cost-columns.module.css";

interface CostColumnsOptions {
  search: CostSearch & { by: CostKind };
  totalMicros: number;
  /** What people call a key. */
  nameOf: (key: string) => string;
}

/** What is shown of every line, whatever it stands for. */
const figureColumns: Column<CostItem>[] = [
  {
    header: "Cost",
    width: "88px",
    align: "end",
    cell: (item) => <Cost micros={item.costMicros} incomplete={item.costIncomplete} />,
  },
  { header: "Calls", width: "68px", align: "end", cell: (item) => <Count value={item.calls} /> },
  {
    header: "Failed",
    width: "56px",
    dropOrder: 3,
    align: "end",
    cell: (item) => <Dimmed value={item.failedCalls} />,
  },
  {
    header: "Input",
    width: "76px",
    align: "end",
    cell: (item) => <Count value={item.inputTokens} />,
  },
  {
    header: "Output",
    width: "76px",
    align: "end",
    cell: (item) => <Count value={item.outputTokens} />,
  },
  {
    header: "From cache",
    width: "80px",
    dropOrder: 1,
    align: "end",
    cell: (item) => <Dimmed value={item.cachedAnswers + item.sharedAnswers} />,
  },
  {
    header: "Saved",
    width: "80px",
    dropOrder: 2,
    align: "end",
    cell: ({ savedMicros }) => (
      <span className={savedMicros === 0 ? "dimmed figure" : "figure"}>
        {formatCost(savedMicros)}
      </span>
    ),
  },
];

export function costColumns({
  search,
  totalMicros,
  nameOf,
}: CostColumnsOptions): Column<CostItem>[] {
  const share = ({ costMicros }: CostItem) => (totalMicros === 0 ? 0 : costMicros / totalMicros);
  return [
    {
      header: `${search.by.charAt(0).toUpperCase()}${search.by.slice(1)}`,
      width: "minmax(0, 1.2fr)",
      cell: ({ key }) =>
        key === null ? (
          <span className="dimmed">without a {search.by}</span>
        ) : (
          <RowLink
            to="/costs"
            search={{ ...search, only: key === search.only ? undefined : key }}
            replace
            resetScroll={false}
            className={key === search.only ? styles["chosen"] : ""}
            aria-current={key === search.only ? "true" : undefined}
          >
            {nameOf(key)}
          </RowLink>
        ),
    },
    {
      header: "Share",
      width: "minmax(90px, 0.8fr)",
      dropOrder: 4,
      cell: (item) => (
        <span className={styles["share"]}>
          <span className={styles["track"]} aria-hidden>
            <span className={styles["bar"]} style={{ width: `${100 * share(item)}%` }} />
          </span>
          <span className="figure">{Math.round(100 * share(item))}%</span>
        </span>
      ),
    },
    ...figureColumns,
  ];
}

/** A count that is worth a look only when there is one. */
function Dimmed({ value }: { value: number }) {
  return (
    <span className={value === 0 ? "dimmed" : ""}>
      <Count value={value} />
    </span>
  );
}
