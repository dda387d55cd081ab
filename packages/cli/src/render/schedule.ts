import type { PreviewedTimes } from "@flotilla/api";
import type { Schedule, ScheduleSpec, ScheduleStart } from "@flotilla/core";
import type { Column } from "./table.ts";
import { ago, duration, moment } from "./time.ts";

/** `0 3 * * MON-FRI, Europe/Berlin`, `every 15 min`, `once, 2026-12-24T18:00:00`. */
export function whenText({ when, timeZone }: Pick<ScheduleSpec, "when" | "timeZone">): string {
  if (when.cron !== undefined) return `${when.cron}, ${timeZone}`;
  if (when.everySeconds !== undefined) return `every ${duration(when.everySeconds * 1_000)}`;
  return `once, ${when.at}${/[+-]\d\d:\d\d$|Z$/.test(when.at ?? "") ? "" : `, ${timeZone}`}`;
}

export const scheduleColumns: Column<Schedule>[] = [
  { title: "NAME", value: (one) => one.name },
  { title: "NEXT (UTC)", value: nextText },
  { title: "WHEN", value: (one) => whenText(one.spec) },
  { title: "STARTS", value: ({ spec }) => `${spec.start.kind} of ${spec.start.agent}` },
  { title: "OVERLAP", value: ({ spec }) => spec.overlap },
  { title: "CHANGED", value: (one) => ago(one.changedAt) },
  { title: "DESCRIPTION", value: ({ spec }) => spec.description },
];

function nextText({ paused, nextDueAt }: Schedule): string {
  if (paused) return "paused";
  return nextDueAt === null ? "never" : moment(nextDueAt);
}

export const timeColumns: Column<PreviewedTimes["times"][number]>[] = [
  { title: "LOCAL", value: ({ local, offset }) => `${local} ${offset}` },
  { title: "UTC", value: ({ dueAt }) => moment(dueAt) },
];

export const startColumns: Column<ScheduleStart>[] = [
  { title: "DUE (UTC)", value: ({ dueAt }) => moment(dueAt) },
  { title: "CAUSE", value: ({ cause }) => cause.replace("_", " ") },
  { title: "OUTCOME", value: ({ outcome }) => outcome },
  { title: "STARTED", value: ({ runId, batchId }) => runId ?? batchId ?? "-" },
  { title: "STATUS", value: ({ status }) => status ?? "-" },
  { title: "WHY", value: ({ reason, error }) => reason ?? error?.message ?? "" },
];
