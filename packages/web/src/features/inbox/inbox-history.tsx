import type { InboxItem } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { client } from "../../data/client.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { kindWords } from "../interrupt/kind-words.ts";
import { keyOf } from "./inbox-state.ts";

const route = getRouteApi("/inbox");

const columns: Column<InboxItem>[] = [
  { header: "Kind", width: "110px", cell: ({ kind }) => kindWords[kind] },
  {
    header: "What was asked",
    width: "minmax(0, 1fr)",
    cell: ({ runId, prompt }) => (
      <RowLink to="/runs/$runId" params={{ runId }} title={prompt}>
        {prompt}
      </RowLink>
    ),
  },
  { header: "Agent", width: "130px", dropOrder: 3, cell: ({ agentName }) => agentName },
  {
    header: "Comments",
    width: "90px",
    dropOrder: 1,
    align: "end",
    cell: ({ comments }) => (comments > 0 ? comments : ""),
  },
  { header: "Answer", width: "90px", cell: ({ action, state }) => action ?? state },
  { header: "By", width: "130px", dropOrder: 2, cell: ({ endedBy }) => endedBy ?? "nobody" },
  {
    header: "When",
    width: "90px",
    align: "end",
    cell: ({ endedAt, raisedAt }) => (
      <span className="dimmed">
        <RelativeTime at={endedAt ?? raisedAt} />
      </span>
    ),
  },
];

/** What was answered, or expired, the newest first. */
export function InboxHistory({ state }: { state: "answered" | "expired" }) {
  const { kind, agent } = route.useSearch();
  const list = useLiveList({
    key: ["inbox", state, kind, agent],
    load: (page) =>
      client.inbox.list({ ...page, state, ...(kind && { kind }), ...(agent && { agent }) }),
    idOf: keyOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (list.items?.length === 0) {
    return (
      <Empty title={`Nothing ${state} yet`}>
        What people answered, and what expired without an answer, is kept here with who and when.
      </Empty>
    );
  }
  return (
    <DataTable
      label={`What was ${state}`}
      columns={columns}
      items={list.items}
      keyOf={keyOf}
      onEndNear={list.loadMore}
    />
  );
}
