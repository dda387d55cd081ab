import type { BatchRow } from "@flotilla/api";
import type { BatchProgress, RunStatus } from "@flotilla/core";
import { useState } from "react";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useMay } from "../../data/me.ts";
import { ChosenBar, choiceColumn, type ChosenRuns } from "./row-choice.tsx";
import { rowColumns } from "./row-columns.tsx";
import { useBatchRows } from "./use-batch-rows.ts";

interface BatchRowsProps {
  batch: BatchProgress;
  status: RunStatus | undefined;
}

const keyOf = (row: BatchRow) => row.row;
const none: ChosenRuns = new Set();

/** The results: one line per row of input, live. Rows that failed or were cancelled can be chosen and retried. */
export function BatchRows({ batch, status }: BatchRowsProps) {
  const { rows, error, loadMore, onVisible } = useBatchRows(batch, status);
  const mayRetry = useMay()("runs.steer");
  const [chosen, setChosen] = useState(none);
  if (error && !rows) return <ErrorPanel error={error} />;
  if (rows?.length === 0) {
    return <Empty title="No such rows">No row is {status ?? "there"} right now.</Empty>;
  }
  const { failed, cancelled } = batch.counts;
  const isChoosing = mayRetry && failed + cancelled > 0;
  return (
    <>
      <DataTable
        label="Rows"
        columns={isChoosing ? [choiceColumn(chosen, setChosen), ...rowColumns] : rowColumns}
        items={rows}
        keyOf={keyOf}
        onEndNear={loadMore}
        onVisible={onVisible}
      />
      <ChosenBar batchId={batch.id} chosen={chosen} onDone={() => setChosen(none)} />
    </>
  );
}
