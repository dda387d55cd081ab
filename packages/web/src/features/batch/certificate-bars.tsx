import type { Bound, Certificate } from "@flotilla/core";
import { formatDuration } from "../../components/duration.tsx";
import { waitWords } from "../../components/wait-cause.ts";
import styles from "./certificate-bars.module.css";

/** Bounds beside the largest that are worth a line. */
const shownBounds = 4;

/** What bounds the batch from below, the largest first, and how long it took beside that. */
export function CertificateBars({ certificate }: { certificate: Certificate }) {
  const { bounds, makespanMs, lowerBoundMs, isFinal } = certificate;
  const longest = Math.max(makespanMs, lowerBoundMs);
  return (
    <ul className={styles["bars"]} aria-label="Least time by what bounds it, and the time it took">
      {bounds.slice(0, shownBounds).map((bound, index) => (
        <Bar
          key={`${bound.of} ${bound.bucket}`}
          name={boundWords(bound)}
          note={index === 0 ? "the lower bound" : ""}
          ms={bound.ms}
          longest={longest}
          tone={index === 0 ? "bound" : "other"}
        />
      ))}
      <Bar
        name={isFinal ? "It took" : "Until now"}
        note=""
        ms={makespanMs}
        longest={longest}
        tone="taken"
      />
    </ul>
  );
}

function boundWords({ of, bucket }: Bound): string {
  return of === "critical_path"
    ? "its longest run, without waiting"
    : `${waitWords[of]} of ${bucket}`;
}

interface BarProps {
  name: string;
  note: string;
  ms: number;
  longest: number;
  tone: "bound" | "other" | "taken";
}

function Bar({ name, note, ms, longest, tone }: BarProps) {
  return (
    <li className={styles["line"]}>
      <span className={styles["name"]}>
        {name} {note && <span className="dimmed">{note}</span>}
      </span>
      <span className={styles["track"]} aria-hidden>
        <span
          className={styles["bar"]}
          data-kind={tone}
          style={{ width: `${longest === 0 ? 0 : (100 * ms) / longest}%` }}
        />
      </span>
      <span className={styles["ms"]}>{formatDuration(ms)}</span>
    </li>
  );
}
