import type { JsonObject } from "./json.ts";
import type { ScheduleSpec } from "./schedule.ts";
import { wallTime } from "./zone-time.ts";

const weekdays = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;

/** What the schedule's last run left, for `{{last.output}}`: nothing before there was one. */
export interface LastStart {
  output: JsonObject[string];
  runId: string;
  dueAt: string;
}

/** What the places of a schedule's template stand for when it starts. Dates and times are the time zone's. */
export function scheduleValues(
  spec: ScheduleSpec,
  dueAt: number,
  last: LastStart | undefined,
): JsonObject {
  const wall = new Date(wallTime(spec.timeZone, dueAt));
  const text = wall.toISOString();
  return {
    schedule: {
      name: spec.name,
      dueAt: new Date(dueAt).toISOString(),
      timeZone: spec.timeZone,
      date: text.slice(0, 10),
      time: text.slice(11, 19),
      year: text.slice(0, 4),
      month: text.slice(5, 7),
      day: text.slice(8, 10),
      hour: text.slice(11, 13),
      minute: text.slice(14, 16),
      weekday: weekdays[wall.getUTCDay()] ?? "",
    },
    last: { output: last?.output ?? "", runId: last?.runId ?? "", dueAt: last?.dueAt ?? "" },
  };
}
