import type { BucketState } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { formatPlural } from "../../components/count.tsx";
import { Line, Section } from "../../components/section.tsx";
import { Meter } from "../../components/meter.tsx";
import { waitWords } from "../../components/wait-cause.ts";
import { useFleet } from "../../data/fleet.ts";
import styles from "./capacity.module.css";

/** Of more than these the limits' page tells. */
const mostShown = 6;
/** Nearly all of it: what comes now waits. */
const fullPart = 0.9;

/** What providers allow and how much of it is used: the fullest first. */
export function Capacity() {
  const buckets = useFleet("buckets");
  if (!buckets || buckets.length === 0) return null;
  const shown = buckets
    .map((state) => ({ state, tight: tightest(state) }))
    .toSorted((a, b) => waits(b.state) - waits(a.state) || b.tight.part - a.tight.part)
    .slice(0, mostShown);
  return (
    <Section
      title="Model capacity"
      aside={
        <Link className="plain" to="/limits">
          All limits
        </Link>
      }
    >
      {shown.map(({ state, tight }) => (
        <Line key={state.bucket}>
          <span className={styles["words"]}>
            <span className="truncate">{state.bucket}</span>
            <Meter
              value={tight.part}
              max={1}
              tone={tight.part >= fullPart ? "waiting" : "completed"}
            />
            <span className={styles["note"]}>{noteOf(state, tight)}</span>
          </span>
        </Line>
      ))}
    </Section>
  );
}

interface Tight {
  /** Of what. */
  of: string | undefined;
  /** Used of it, from 0 to 1. */
  part: number;
}

function tightest({ limits, concurrency, underWay }: BucketState): Tight {
  const parts: Tight[] = limits.map(({ of, used, perMinute }) => ({
    of: waitWords[of],
    part: partOf(used, perMinute),
  }));
  if (concurrency) {
    parts.push({ of: waitWords.concurrency, part: partOf(underWay, concurrency.limit) });
  }
  return parts.toSorted((a, b) => b.part - a.part)[0] ?? { of: undefined, part: 0 };
}

function partOf(used: number, limit: number): number {
  return limit === 0 ? 1 : Math.min(1, used / limit);
}

function waits({ waiting }: BucketState): number {
  return waiting.reduce((sum, { calls }) => sum + calls, 0);
}

function noteOf(state: BucketState, { of, part }: Tight): string {
  const waiting = waits(state);
  return [
    state.pausedUntil !== null && "paused",
    of === undefined ? "no limit is known" : `${Math.round(100 * part)}% of ${of}`,
    waiting > 0 && formatPlural(waiting, "call waits", "calls wait"),
  ]
    .filter(Boolean)
    .join(" · ");
}
