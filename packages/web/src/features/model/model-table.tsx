import type { ModelItem } from "@flotilla/api";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Count } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Empty } from "../../components/empty.tsx";
import { CallsBadge } from "../../components/calls-badge.tsx";
import { limitWords, PriceOf } from "./model-words.tsx";
import { ResetButton } from "./reset-button.tsx";
import styles from "./model-table.module.css";

const columns: Column<ModelItem>[] = [
  {
    header: "Model",
    width: "minmax(170px, 1fr)",
    cell: ({ model, problem }) => (
      <span className="mono" title={problem ?? model}>
        {model}
      </span>
    ),
  },
  {
    header: "State",
    width: "minmax(150px, 1.2fr)",
    cell: (item) => (
      <span className={styles["state"]}>
        <CallsBadge {...item} />
        <ResetButton item={item} />
      </span>
    ),
  },
  {
    header: "Input",
    width: "62px",
    align: "end",
    cell: ({ price }) => <PriceOf micros={price && price.input} />,
  },
  {
    header: "Cached",
    width: "62px",
    dropOrder: 1,
    align: "end",
    cell: ({ price }) => <PriceOf micros={price && (price.cachedInput ?? price.input)} />,
  },
  {
    header: "Output",
    width: "62px",
    align: "end",
    cell: ({ price }) => <PriceOf micros={price && price.output} />,
  },
  {
    header: "Context",
    width: "72px",
    dropOrder: 3,
    align: "end",
    cell: ({ context }) =>
      context === null ? <span className="dimmed">unknown</span> : <Count value={context} />,
  },
  {
    header: "Limits",
    width: "minmax(110px, 1fr)",
    dropOrder: 4,
    cell: ({ limits }) => (
      <span title={limitWords(limits)}>{limitWords(limits) || <Learned />}</span>
    ),
  },
  {
    header: "First token",
    width: "84px",
    dropOrder: 2,
    align: "end",
    cell: ({ health }) =>
      health?.firstTokenMs == null ? (
        <span className="dimmed">–</span>
      ) : (
        <span className="figure">{formatDuration(health.firstTokenMs)}</span>
      ),
  },
  {
    header: "Answers",
    width: "70px",
    dropOrder: 6,
    align: "end",
    cell: ({ health }) => <Count value={health?.answered ?? 0} />,
  },
  {
    header: "Failures",
    width: "64px",
    dropOrder: 5,
    align: "end",
    cell: ({ health }) => <Count value={health?.failed ?? 0} />,
  },
];

const keyOf = ({ model }: ModelItem) => model;

/** Prices are in USD per million tokens. */
export function ModelTable({ models }: { models: ModelItem[] }) {
  if (models.length === 0) {
    return (
      <Empty title="No model was asked yet" command="flotilla models">
        Models appear here once they are called, or named in the configuration: in its prices,
        limits or routes.
      </Empty>
    );
  }
  return (
    <section aria-label="Models">
      <DataTable label="Models" columns={columns} items={models} keyOf={keyOf} />
      <p className="dimmed" style={{ margin: "8px 2px 0", fontSize: 12 }}>
        Prices in USD per million tokens. A call of a model whose price is unknown is never counted
        as free.
      </p>
    </section>
  );
}

function Learned() {
  return <span className="dimmed">as learned</span>;
}
