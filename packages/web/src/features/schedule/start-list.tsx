import type { ScheduleStart } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Time } from "../../components/time.tsx";
import { client } from "../../data/client.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { causeWords, whyText } from "./schedule-words.ts";

const columns: Column<ScheduleStart>[] = [
  {
    header: "Due",
    width: "200px",
    cell: ({ dueAt }) => <Time at={dueAt} />,
  },
  { header: "Outcome", width: "120px", cell: (start) => <OutcomeBadge start={start} /> },
  {
    header: "Cause",
    width: "100px",
    dropOrder: 1,
    cell: ({ cause }) => <span className="dimmed">{causeWords[cause]}</span>,
  },
  { header: "Started", width: "150px", cell: (start) => <StartedLink start={start} /> },
  {
    header: "Why",
    width: "minmax(0, 1fr)",
    cell: (start) => (
      <span className="dimmed truncate" title={whyText(start)}>
        {whyText(start)}
      </span>
    ),
  },
];

function StartedLink({ start: { runId, batchId } }: { start: ScheduleStart }) {
  if (runId !== null) {
    return (
      <Link to="/runs/$runId" params={{ runId }} className="plain mono">
        {shortId(runId)}
      </Link>
    );
  }
  if (batchId === null) return null;
  return (
    <Link to="/batches/$batchId" params={{ batchId }} className="plain mono">
      {shortId(batchId)}
    </Link>
  );
}

const idOf = (start: ScheduleStart) => start.dueAt;

/** What became of the due times, newest first. */
export function StartList({ name }: { name: string }) {
  const list = useLiveList({
    key: ["schedules", name, "starts"],
    load: (page) => client.schedules.starts(name, page),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (list.items?.length === 0) {
    return (
      <Empty title="Nothing was due yet">
        What becomes of each due time is kept here: the run or batch that it started, or why it
        started none.
      </Empty>
    );
  }
  return (
    <DataTable
      label="History"
      columns={columns}
      items={list.items}
      keyOf={idOf}
      onEndNear={list.loadMore}
    />
  );
}
