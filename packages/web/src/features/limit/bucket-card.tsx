import type { BucketState } from "@flotilla/core";
import { formatCount, formatPlural } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Line, Section } from "../../components/section.tsx";
import { Meter } from "../../components/meter.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useNow } from "../../data/use-now.ts";
import { LimitBar } from "./limit-bar.tsx";
import styles from "./bucket-card.module.css";

/** A model's capacity: its limits as bars, who waits, and whether everyone has to. */
export function BucketCard({ state }: { state: BucketState }) {
  const { bucket, limits, concurrency, underWay, waiting } = state;
  return (
    <Section title={bucket} aside={<Tally state={state} />}>
      <Pause state={state} />
      <div className={styles["bars"]}>
        {limits.map(({ of, perMinute, used, source }) => (
          <LimitBar key={of} of={of} limit={perMinute} used={used} source={source} />
        ))}
        {concurrency && <LimitBar of="concurrency" used={underWay} {...concurrency} />}
        {limits.length === 0 && !concurrency && (
          <span className="dimmed">
            Nothing is known of its limits yet: calls are made a few at a time until it shows.
          </span>
        )}
      </div>
      {waiting.length > 0 && <Waiting waiting={waiting} />}
    </Section>
  );
}

function Tally({ state }: { state: BucketState }) {
  const { underWay, granted, refused } = state;
  return (
    <span className="figure">
      {formatCount(underWay)} under way · {formatPlural(granted, "call")} let through ·{" "}
      <span
        className={refused > 0 ? styles["refused"] : undefined}
        data-tone="failed"
        title="Answered 429 or overloaded"
      >
        {formatCount(refused)} refused by the provider
      </span>
    </span>
  );
}

function Pause({ state: { pausedUntil, pausedWhy } }: { state: BucketState }) {
  const leftMs = useNow((now) =>
    pausedUntil === null ? 0 : Math.max(0, Date.parse(pausedUntil) - now),
  );
  return (
    <div role="status" className={styles["pause"]}>
      {pausedUntil !== null && (
        <Line>
          <StatusIcon status="waiting" />
          <span>
            Paused for everyone, for {formatDuration(leftMs)}
            {pausedWhy && <span className="dimmed">: {pausedWhy}</span>}
          </span>
        </Line>
      )}
    </div>
  );
}

/** Calls that wait, the most first. */
function Waiting({ waiting }: Pick<BucketState, "waiting">) {
  const all = waiting.reduce((sum, { calls }) => sum + calls, 0);
  return (
    <div className={styles["waiting"]}>
      <h3 className={styles["label"]}>{formatPlural(all, "call waits", "calls wait")}</h3>
      <ul className={styles["queue"]}>
        {waiting.map(({ organisation, interactive, calls }) => (
          <li key={`${organisation} ${interactive}`}>
            <span>
              {organisation}{" "}
              <span className="dimmed">{interactive ? "a person waits" : "batches"}</span>
            </span>
            {/* Of a single one, a bar would always be full. */}
            {waiting.length > 1 && (
              <>
                <Meter value={calls} max={all} tone={interactive ? "running" : "waiting"} />
                <span className="figure">{formatCount(calls)}</span>
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
