import type { Schedule } from "@flotilla/core";
import { Time } from "../../components/time.tsx";

/** When it is due next, in the reader's time zone, or why it is not. */
export function NextTime({ schedule: { paused, nextDueAt } }: { schedule: Schedule }) {
  if (paused) return <span className="dimmed">paused</span>;
  if (nextDueAt === null) return <span className="dimmed">never again</span>;
  return <Time at={nextDueAt} />;
}
