import type { Schedule } from "@flotilla/core";
import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { useMay } from "../../data/me.ts";
import { refreshMs } from "../../data/query-client.ts";
import { NextTime } from "./next-time.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { schedulesQuery } from "./schedule-queries.ts";
import { whenText } from "./schedule-words.ts";
import { WeekCalendar } from "./week-calendar.tsx";

const route = getRouteApi("/schedules");

const columns: Column<Schedule>[] = [
  {
    header: "Name",
    width: "150px",
    cell: ({ name }) => (
      <RowLink to="/schedules/$name" params={{ name }}>
        {name}
      </RowLink>
    ),
  },
  { header: "Next", width: "136px", cell: (schedule) => <NextTime schedule={schedule} /> },
  {
    header: "When",
    width: "minmax(0, 1.3fr)",
    cell: ({ spec }) => (
      <span className="truncate" title={spec.when.cron}>
        {whenText(spec)}
      </span>
    ),
  },
  {
    header: "Starts",
    width: "166px",
    dropOrder: 2,
    cell: ({ spec }) => `${spec.start.kind} of ${spec.start.agent}`,
  },
  {
    header: "Description",
    width: "minmax(0, 1.2fr)",
    dropOrder: 1,
    cell: ({ spec }) => (
      <span className="dimmed truncate" title={spec.description}>
        {spec.description}
      </span>
    ),
  },
];

const keyOf = ({ name }: Schedule) => name;

/** What starts by itself, as a list and as a calendar. */
export function SchedulesPage() {
  const { view = "list" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery({ ...schedulesQuery, refetchInterval: refreshMs });
  const [isNew, setNew] = useState(false);
  const isEmpty = data?.items.length === 0;
  return (
    <>
      <PageHeader
        title="Schedules"
        below="Runs and batches that start at times, each of them once."
        actions={
          <>
            <SegmentedControl
              size="xs"
              aria-label="View"
              data={[
                { value: "list", label: "List" },
                { value: "calendar", label: "Calendar" },
              ]}
              value={view}
              onChange={(next) =>
                void navigate({ search: { view: next === "calendar" ? next : undefined } })
              }
            />
            <NewButton onClick={() => setNew(true)} />
          </>
        }
      />
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {isEmpty && <NoSchedules onNew={() => setNew(true)} />}
      {!isEmpty && view === "calendar" && <WeekCalendar />}
      {!isEmpty && view === "list" && !(error && !data) && (
        <DataTable label="Schedules" columns={columns} items={data?.items} keyOf={keyOf} />
      )}
      <ScheduleDialog editing={isNew ? "new" : null} onClose={() => setNew(false)} />
    </>
  );
}

function NewButton({ onClick }: { onClick: () => void }) {
  if (!useMay()("schedules.write")) return null;
  return (
    <Button leftSection={<IconPlus size={14} />} onClick={onClick}>
      New schedule
    </Button>
  );
}

function NoSchedules({ onNew }: { onNew: () => void }) {
  return (
    <Empty
      title="No schedules yet"
      command="flotilla schedules apply -f nightly.yaml"
      action={<NewButton onClick={onNew} />}
    >
      A schedule starts a run or a batch at times: by a cron pattern in a time zone, every so often,
      or once. Each due time is started once, also when a worker dies in that second; what was
      missed is caught up as you say, and a past range can be filled up.
    </Empty>
  );
}
