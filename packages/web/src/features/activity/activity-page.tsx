import type { Activity } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { DownloadButton } from "../../components/download-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { ActivityFilters } from "./activity-filters.tsx";

const route = getRouteApi("/activity");

const tones = { allowed: "completed", refused: "failed", failed: "waiting" } as const;

const columns: Column<Activity>[] = [
  { header: "When", width: "84px", cell: ({ at }) => <RelativeTime at={at} /> },
  {
    header: "Who",
    width: "minmax(120px, 1fr)",
    cell: ({ actor }) => (
      <span title={`${actor.kind} ${actor.id}`}>
        {actor.name} <span className="dimmed">{actor.kind}</span>
      </span>
    ),
  },
  {
    header: "Did",
    width: "minmax(120px, 1fr)",
    cell: ({ action, operation }) => (
      <span className="mono" title={operation ?? undefined}>
        {action}
      </span>
    ),
  },
  {
    header: "On",
    width: "minmax(140px, 1.4fr)",
    cell: ({ resource }) => (
      <span className="mono" title={resource ?? undefined}>
        {resource?.split("/").map(shortened).join("/")}
      </span>
    ),
  },
  {
    header: "Outcome",
    width: "80px",
    dropOrder: 2,
    cell: ({ outcome, status }) => (
      <span
        data-tone={tones[outcome]}
        style={{ color: "var(--tone-text)" }}
        title={status === null ? undefined : String(status)}
      >
        {outcome}
      </span>
    ),
  },
  {
    header: "From",
    width: "120px",
    dropOrder: 1,
    cell: ({ ip, userAgent }) => (
      <span className="dimmed" title={userAgent ?? undefined}>
        {ip}
      </span>
    ),
  },
];

/** Ids by their end, and names as they are. */
function shortened(part: string): string {
  return /^[a-z]+_[0-9a-z]{26}$/.test(part) ? shortId(part) : part;
}

const idOf = (entry: Activity) => entry.id;

/** Who did what, when and from where. */
export function ActivityPage() {
  const filter = route.useSearch();
  const may = useMay();
  const { action, resource, outcome, actor } = filter;
  const asked = { action, resource, outcome, actor };
  return (
    <>
      <PageHeader
        title="Activity"
        below="Who did what, when and from where; what was refused too."
        actions={
          may("activity.read") &&
          (["jsonl", "csv"] as const).map((format) => (
            <DownloadButton
              key={format}
              path="/activity/export"
              query={{ ...asked, format }}
              name={`activity.${format}`}
              label={`Export as ${format.toUpperCase()}`}
            >
              {format.toUpperCase()}
            </DownloadButton>
          ))
        }
      />
      {may("activity.read") ? (
        <>
          <ActivityFilters />
          <ActivityList asked={asked} />
        </>
      ) : (
        <NotAllowed permission="activity.read" />
      )}
    </>
  );
}

type Asked = Record<"action" | "resource" | "actor", string | undefined> & {
  outcome: Activity["outcome"] | undefined;
};

function ActivityList({ asked }: { asked: Asked }) {
  const list = useLiveList({
    key: ["activity", asked],
    load: (page) => client.activity.list({ ...page, ...asked }),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (list.items?.length === 0) {
    return (
      <Empty title="Nothing like that" command="flotilla activity">
        Whatever changes something is noted here, and whatever was refused: with its author, the
        time and the address it came from.
      </Empty>
    );
  }
  return (
    <DataTable
      label="Activity"
      columns={columns}
      items={list.items}
      keyOf={idOf}
      onEndNear={list.loadMore}
    />
  );
}
