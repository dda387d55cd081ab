import { useTimeZone } from "../data/time-zone.ts";
import { exactTime, formatTime, type TimeForm } from "./time-words.ts";

interface TimeProps {
  /** ISO 8601. */
  at: string;
  /** Default: `moment`. */
  show?: Exclude<TimeForm, "exact">;
}

/** A moment in the reader's time zone; to the second, and with the zone, on hover. */
export function Time({ at, show = "moment" }: TimeProps) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={at} title={exactTime(at, timeZone)} className="figure">
      {formatTime(at, show, timeZone)}
    </time>
  );
}
