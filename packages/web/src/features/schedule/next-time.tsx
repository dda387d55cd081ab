import type { Schedule } from "@flotilla/core";

const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** When it is due next, in the reader's time zone, or why it is not. */
export function NextTime({ schedule: { paused, nextDueAt } }: { schedule: Schedule }) {
  if (paused) return <span className="dimmed">paused</span>;
  if (nextDueAt === null) return <span className="dimmed">never again</span>;
  return (
    <time dateTime={nextDueAt} title={nextDueAt} className="figure">
      {shown.format(new Date(nextDueAt))}
    </time>
  );
}
