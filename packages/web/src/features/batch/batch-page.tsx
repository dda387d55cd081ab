import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Missing } from "../../components/missing.tsx";
import { StatusFilter } from "../../components/status-filter.tsx";
import { BatchCertificate } from "./batch-certificate.tsx";
import { BatchFigures } from "./batch-figures.tsx";
import { BatchHeader } from "./batch-header.tsx";
import { batchQuery } from "./batch-queries.ts";
import { BatchRows } from "./batch-rows.tsx";
import { CellGrid } from "./cell-grid.tsx";
import { ExportButtons } from "./export-buttons.tsx";
import { useBatchFeed } from "./use-batch-feed.ts";
import styles from "./batch-page.module.css";

const route = getRouteApi("/batches/$batchId");

export function BatchPage() {
  const { batchId } = route.useParams();
  return <BatchView key={batchId} batchId={batchId} />;
}

function BatchView({ batchId }: { batchId: string }) {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
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
              onChange={(next) =>
                void navigate({ search: { status: next }, replace: true, resetScroll: false })
              }
            />
            <ExportButtons batchId={batchId} status={status} />
          </div>
          <CellGrid cells={feed.cells} rows={batch.rows} counts={batch.counts} highlight={status} />
          <div className={styles["table"]}>
            <BatchCertificate batch={batch} />
          </div>
          <div className={styles["table"]}>
            <BatchRows batch={batch} status={status} />
          </div>
        </>
      )}
    </>
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
