import { toString as toWords } from "cronstrue";
import type { ScheduleSpec, ScheduleStart, StartCause } from "@flotilla/core";

/** `At 03:00, Monday through Friday, Europe/Berlin`, `every 15 minutes`, `once, 2026-12-24 18:00`. */
export function whenText({ when, timeZone }: Pick<ScheduleSpec, "when" | "timeZone">): string {
  if (when.cron !== undefined) return `${cronText(when.cron)}, ${timeZone}`;
  if (when.everySeconds !== undefined) return `every ${spanText(when.everySeconds)}`;
  return `once, ${(when.at ?? "").replace("T", " ")}`;
}

/** What a pattern says, in words; one that has none stands for itself. */
function cronText(cron: string): string {
  try {
    return toWords(cron, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return cron;
  }
}

const spans = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

function spanText(seconds: number): string {
  const [unit, size] = spans.find(([, one]) => seconds % one === 0) ?? ["second", 1];
  const count = seconds / size;
  return count === 1 ? unit : `${count} ${unit}s`;
}

export const causeWords: Record<StartCause, string> = {
  due: "on time",
  catch_up: "caught up",
  backfill: "backfill",
  manual: "by hand",
};

/** Why nothing was started, or what it waits for. */
export function whyText({ outcome, reason, error }: ScheduleStart): string {
  if (outcome === "queued") return "waits for its turn";
  return reason ?? error?.message ?? "";
}

export const overlapWords: Record<ScheduleSpec["overlap"], string> = {
  skip: "skip it",
  queue: "let it wait",
  cancel: "cancel what is under way",
  parallel: "start it beside",
};
