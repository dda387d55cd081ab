import { useTimeZone } from "../data/time-zone.ts";
import { useNow } from "../data/use-now.ts";
import { exactTime } from "./time-words.ts";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });

/** How long ago, in words; the exact time in the reader's zone on hover. */
export function RelativeTime({ at }: { at: string }) {
  const timeZone = useTimeZone();
  const text = useNow((now) => relative(Math.min(0, Date.parse(at) - now)));
  return (
    <time dateTime={at} title={exactTime(at, timeZone)} className="figure">
      {text}
    </time>
  );
}

function relative(ms: number): string {
  const seconds = ms / 1_000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return "now";
}
