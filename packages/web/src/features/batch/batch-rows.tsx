import type { BatchRow } from "@flotilla/api";
import type { BatchProgress, RunStatus } from "@flotilla/core";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { rowColumns } from "./row-columns.tsx";
import { useBatchRows } from "./use-batch-rows.ts";

interface BatchRowsProps {
  batch: BatchProgress;
  status: RunStatus | undefined;
}

const keyOf = (row: BatchRow) => row.row;

/** The results: one line per row of input, live. */
export function BatchRows({ batch, status }: BatchRowsProps) {
  const { rows, error, loadMore, onVisible } = useBatchRows(batch, status);
  if (error && !rows) return <ErrorPanel error={error} />;
  if (rows?.length === 0) {
    return <Empty title="No such rows">No row is {status ?? "there"} right now.</Empty>;
  }
  return (
    <DataTable
      label="Rows"
      columns={rowColumns}
      items={rows}
      keyOf={keyOf}
      onEndNear={loadMore}
      onVisible={onVisible}
    />
  );
}
