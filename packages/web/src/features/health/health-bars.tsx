import { worstState, type HealthHour, type HealthState } from "@flotilla/core";
import { formatTime } from "../../components/time-words.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import { useNow } from "../../data/use-now.ts";
import { stateTones } from "./component-words.ts";
import styles from "./health-bars.module.css";

const shownHours = 24;
const hourMs = 3_600_000;

interface HealthBarsProps {
  component: string;
  /** As it is now, which the hour that is under way may not tell yet. */
  state: HealthState;
  hours: HealthHour[];
}

/** A bar for each hour of the last day, in the colour of the worst that happened in it. */
export function HealthBars({ component, state, hours }: HealthBarsProps) {
  const timeZone = useTimeZone();
  const known = new Map(hours.map((hour) => [Date.parse(hour.hour), hour]));
  const last = useNow((now) => Math.floor(now / hourMs) * hourMs);
  const shown = Array.from({ length: shownHours }, (_, n) => last - (shownHours - 1 - n) * hourMs);
  const stateOf = (at: number) => {
    const hour = known.get(at);
    const then = hour && hourState(hour);
    return at === last ? worstState([state, ...(then ? [then] : [])]) : then;
  };
  const bad = shown.filter((at) => (stateOf(at) ?? "ok") !== "ok").length;
  if (hours.length === 0) return <span className={styles["none"]}>no history yet</span>;
  return (
    <span
      className={styles["bars"]}
      role="img"
      aria-label={`${component}: trouble in ${bad} of the last ${shownHours} hours`}
    >
      {shown.map((at) => {
        const then = stateOf(at);
        const words = then ? (known.get(at)?.reason ?? then) : "not known";
        return (
          <span
            key={at}
            className={styles["bar"]}
            data-tone={then ? stateTones[then] : "pending"}
            title={`${formatTime(at, "clock", timeZone)}: ${words}`}
          />
        );
      })}
    </span>
  );
}

function hourState({ down, degraded }: HealthHour): HealthState {
  if (down > 0) return "down";
  return degraded > 0 ? "degraded" : "ok";
}
