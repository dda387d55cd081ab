import type { HealthHour } from "@flotilla/core";
import { formatTime } from "../../components/time-words.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import { useNow } from "../../data/use-now.ts";
import styles from "./health-bars.module.css";

const shownHours = 24;
const hourMs = 3_600_000;

interface HealthBarsProps {
  component: string;
  hours: HealthHour[];
}

/** A bar for each hour of the last day, in the colour of the worst that happened in it. */
export function HealthBars({ component, hours }: HealthBarsProps) {
  const timeZone = useTimeZone();
  const known = new Map(hours.map((hour) => [Date.parse(hour.hour), hour]));
  const last = useNow((now) => Math.floor(now / hourMs) * hourMs);
  const shown = Array.from({ length: shownHours }, (_, n) => last - (shownHours - 1 - n) * hourMs);
  const bad = shown.filter((at) => toneOf(known.get(at)) !== "completed" && known.has(at)).length;
  return (
    <span
      className={styles["bars"]}
      role="img"
      aria-label={`${component}: trouble in ${bad} of the last ${shownHours} hours`}
    >
      {shown.map((at) => {
        const hour = known.get(at);
        const title = `${formatTime(at, "clock", timeZone)}: ${hour ? (hour.reason ?? "ok") : "not known"}`;
        return <span key={at} className={styles["bar"]} data-tone={toneOf(hour)} title={title} />;
      })}
    </span>
  );
}

function toneOf(hour: HealthHour | undefined): string {
  if (!hour) return "pending";
  if (hour.down > 0) return "failed";
  return hour.degraded > 0 ? "waiting" : "completed";
}
