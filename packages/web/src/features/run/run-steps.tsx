import { isTerminal, type Event, type Run } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { Empty } from "../../components/empty.tsx";
import { useNow } from "../../data/use-now.ts";
import { criticalPath } from "./critical-path.ts";
import { pausesOf } from "./pause.ts";
import { RowDetail } from "./row-detail.tsx";
import { Timeline } from "./timeline.tsx";
import { layoutTimeline, rowsIn, scaleOf, type TimelineRow } from "./timeline-layout.ts";
import { useListKeys } from "./use-list-keys.ts";
import { useZoom } from "./use-zoom.ts";
import styles from "./run-steps.module.css";

const route = getRouteApi("/runs/$runId");

/** The waterfall of steps on the left, the chosen step on the right. */
export function RunSteps({ run, events }: { run: Run; events: readonly Event[] }) {
  const now = useNow((time) => (isTerminal(run.status) ? 0 : time));
  const pauses = useMemo(() => pausesOf(events), [events]);
  const timeline = useMemo(() => layoutTimeline(run, pauses, now), [run, pauses, now]);
  const { step } = route.useSearch();
  const select = useSelect();
  const current = timeline.rows.find((row) => row.key === step) ?? followed(timeline.rows);
  const { window, show } = useZoom(timeline.spanMs);
  const rows = useMemo(
    () => (window ? rowsIn(timeline.rows, window) : timeline.rows),
    [timeline, window],
  );
  const zoomable = useMemo(
    () => ({ scale: scaleOf(timeline, window), spanMs: timeline.spanMs }),
    [timeline, window],
  );
  const critical = useMemo(() => criticalPath(timeline.rows), [timeline]);
  const keys = useMemo(() => rows.map(({ key }) => key), [rows]);
  useListKeys(keys, current?.key, select);
  if (!current) {
    return (
      <Empty title="Nothing has happened yet">
        The run is in the queue; a worker takes it as soon as one has room.
      </Empty>
    );
  }
  return (
    <div className={styles["split"]}>
      <Timeline
        rows={rows}
        zoomable={zoomable}
        window={window}
        critical={critical}
        selected={current.key}
        isChosen={current.key === step}
        onSelect={select}
        onZoom={show}
      />
      <RowDetail key={current.key} run={run} row={current} events={events} onSelect={select} />
    </div>
  );
}

/** Without a choice: the call a person must decide on, or else the newest model call. */
function followed(rows: TimelineRow[]): TimelineRow | undefined {
  const undecided = rows.find(
    (row) => row.kind === "step" && ["unknown", "proposed"].includes(row.step.status),
  );
  const newest = rows.findLast((row) => row.kind === "step" && row.step.kind === "model");
  return undecided ?? newest ?? rows.at(-1);
}

function useSelect() {
  const navigate = route.useNavigate();
  return useCallback(
    (step: string) =>
      void navigate({
        search: (old) => ({ ...old, step }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
}
