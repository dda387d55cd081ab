import type { RunSummary } from "@flotilla/core";
import { Button, Checkbox } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { scrollArea } from "../../components/scroll-area.ts";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { RunBulkBar } from "./run-bulk-bar.tsx";
import { runColumns, usualColumns, type RunColumn } from "./run-columns.tsx";
import { filterParts, toQuery, type RunFilter } from "./run-search.ts";
import columnStyles from "./run-columns.module.css";
import styles from "./run-list.module.css";

const idOf = (run: RunSummary) => run.runId;

interface RunListProps {
  filter: RunFilter;
  columns?: readonly RunColumn[];
}

/** Runs of a filter, newest first, live. Those who may steer runs can choose some. */
export function RunList({ filter, columns: shown = usualColumns }: RunListProps) {
  const list = useLiveList({
    key: ["runs", filter],
    load: (page) => client.runs.list({ ...page, ...toQuery(filter, Date.now()) }),
    idOf,
    isHeld: isScrolled,
  });
  const { items, hasMore, loadMore } = list;
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const mayChoose = useMay()("runs.steer");
  const columns = useMemo(
    () => [...(mayChoose ? [markColumn(marked, setMarked)] : []), ...runColumns(shown)],
    [mayChoose, marked, shown],
  );
  // A page of few, or of none, may have a next one: the server looks at so many runs at a time.
  useEffect(() => {
    if (items && items.length < 20 && hasMore) loadMore();
  }, [items, hasMore, loadMore]);
  const clear = useCallback(() => setMarked(new Set()), []);
  if (list.error && !items) return <ErrorPanel error={list.error} />;
  if (items?.length === 0 && !hasMore)
    return <NoRuns isFiltered={filterParts(filter).length > 0} />;
  return (
    <>
      {list.hasNewer && <NewerRuns onShow={list.showNewer} />}
      <DataTable label="Runs" columns={columns} items={items} keyOf={idOf} onEndNear={loadMore} />
      <RunBulkBar chosen={items?.filter((run) => marked.has(run.runId)) ?? []} onDone={clear} />
    </>
  );
}

function isScrolled(): boolean {
  return (scrollArea()?.scrollTop ?? 0) > 200;
}

function markColumn(
  marked: ReadonlySet<string>,
  onMark: (marked: ReadonlySet<string>) => void,
): Column<RunSummary> {
  return {
    header: "Chosen",
    isHeaderHidden: true,
    width: "18px",
    cell: ({ runId, input }) => (
      <span className={columnStyles["mark"]}>
        <Checkbox
          size="xs"
          aria-label={`Choose the run ${input.slice(0, 60)}`}
          checked={marked.has(runId)}
          onChange={(event) => {
            const next = new Set(marked);
            if (event.currentTarget.checked) next.add(runId);
            else next.delete(runId);
            onMark(next);
          }}
        />
      </span>
    ),
  };
}

/** More has begun than fits above what is read. */
function NewerRuns({ onShow }: { onShow: () => void }) {
  return (
    <div className={styles["newer"]}>
      <Button
        size="compact-sm"
        leftSection={<IconArrowUp size={13} />}
        onClick={() => {
          scrollArea()?.scrollTo({ top: 0 });
          onShow();
        }}
      >
        Newer runs
      </Button>
    </div>
  );
}

function NoRuns({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return <Empty title="No runs like that">No run is as the filter says right now.</Empty>;
  }
  return (
    <Empty title="No runs yet" command={'flotilla run <agent> "What is 6 × 7?"'}>
      A run is one execution of an agent. Start one here, from a batch, or in a terminal.
    </Empty>
  );
}
