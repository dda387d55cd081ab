import type { BatchProgress, RunStatus } from "@flotilla/core";
import { Skeleton, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Missing } from "../../components/missing.tsx";
import { StatusFilter } from "../../components/status-filter.tsx";
import { BatchAnalysis } from "./batch-analysis.tsx";
import { BatchCertificate } from "./batch-certificate.tsx";
import { BatchFigures } from "./batch-figures.tsx";
import { BatchHeader } from "./batch-header.tsx";
import { batchQuery } from "./batch-queries.ts";
import { BatchRows } from "./batch-rows.tsx";
import { CellGrid } from "./cell-grid.tsx";
import { ExportButtons } from "./export-buttons.tsx";
import { RowDrawer } from "./row-drawer.tsx";
import { useBatchFeed } from "./use-batch-feed.ts";
import styles from "./batch-page.module.css";

const route = getRouteApi("/batches/$batchId");

export function BatchPage() {
  const { batchId } = route.useParams();
  return <BatchView key={batchId} batchId={batchId} />;
}

function BatchView({ batchId }: { batchId: string }) {
  const { status, row } = route.useSearch();
  const change = useChange();
  const { data: batch, error, refetch } = useQuery(batchQuery(batchId));
  const feed = useBatchFeed(batchId, batch?.status);
  if (!batch) {
    return error ? (
      <Missing title="Batch" error={error} onRetry={() => void refetch()} />
    ) : (
      <BatchSkeleton />
    );
  }
  return (
    <>
      <BatchHeader batch={batch} />
      {feed.error && <ErrorPanel error={feed.error} />}
      <BatchFigures batch={batch} />
      {batch.rows === 0 ? (
        <Empty title="No rows yet" command={`flotilla batch show ${batch.id}`}>
          This batch is a draft: rows can be loaded until it is started.
        </Empty>
      ) : (
        <>
          <div className={styles["bar"]}>
            <StatusFilter
              value={status}
              counts={batch.counts}
              onChange={(next) => change({ status: next })}
            />
            <ExportButtons batchId={batchId} status={status} />
          </div>
          <CellGrid
            cells={feed.cells}
            rows={batch.rows}
            counts={batch.counts}
            highlight={status}
            onOpen={(opened) => change({ row: opened })}
          />
          <BatchViews batch={batch} />
          <RowDrawer
            batch={batch}
            row={row}
            status={row === undefined ? undefined : feed.cells.statusOf(row)}
            onClose={() => change({ row: undefined })}
          />
        </>
      )}
    </>
  );
}

/** Changes the address: what is undefined in it goes. */
function useChange() {
  const navigate = route.useNavigate();
  return (change: {
    status?: RunStatus | undefined;
    row?: number | undefined;
    view?: "analysis" | "certificate" | undefined;
  }) =>
    void navigate({
      search: (old) => ({ ...old, ...change }),
      replace: true,
      resetScroll: false,
    });
}

function BatchViews({ batch }: { batch: BatchProgress }) {
  const { status, view = "rows" } = route.useSearch();
  const change = useChange();
  return (
    <Tabs
      mt="lg"
      keepMounted={false}
      value={view}
      onChange={(next) => change({ view: next === "rows" ? undefined : (next as "analysis") })}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="rows">Rows</Tabs.Tab>
        <Tabs.Tab value="analysis">Analysis</Tabs.Tab>
        <Tabs.Tab value="certificate">Speed</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="rows">
        <BatchRows batch={batch} status={status} />
      </Tabs.Panel>
      <Tabs.Panel value="analysis">
        <BatchAnalysis batch={batch} />
      </Tabs.Panel>
      <Tabs.Panel value="certificate">
        <BatchCertificate batch={batch} />
      </Tabs.Panel>
    </Tabs>
  );
}

function BatchSkeleton() {
  return (
    <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the batch">
      <Skeleton height={24} width={320} />
      <Skeleton height={72} />
      <Skeleton height={200} />
      <Skeleton height={280} />
    </Stack>
  );
}
