import type { BatchAnalysis } from "@flotilla/core";
import { formatPlural } from "../../components/count.tsx";
import { formatTime } from "../../components/time-words.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import styles from "./batch-analysis.module.css";

type Stretch = BatchAnalysis["overTime"][number];

const height = 96;
const order = ["completed", "failed", "cancelled"] as const;

/** How many rows ended in each stretch of time, by how they ended. */
export function OverTimeChart({ stretches }: { stretches: readonly Stretch[] }) {
  const timeZone = useTimeZone();
  const at = ({ from }: Stretch) => formatTime(from, "clockSeconds", timeZone);
  const [first] = stretches;
  const last = stretches.at(-1);
  if (!first || !last) return null;
  const sum = (stretch: Stretch) => stretch.completed + stretch.failed + stretch.cancelled;
  const highest = Math.max(1, ...stretches.map(sum));
  const width = 100 / stretches.length;
  return (
    <figure className={styles["chart"]}>
      <div>
        <svg
          className={`${styles["plot"]} ${styles["wide"]}`}
          viewBox={`0 0 100 ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Rows that ended from ${at(first)} to ${at(last)}, ${highest} at most in one of ${stretches.length} stretches`}
        >
          {stretches.map((stretch, index) => (
            <g key={stretch.from}>
              <title>{`${at(stretch)}: ${wordsOf(stretch)}`}</title>
              {piled(stretch, height / highest).map(({ status, y, high }) => (
                <rect
                  key={status}
                  className={styles["bar"]}
                  data-tone={status}
                  x={index * width + width * 0.06}
                  width={width * 0.88}
                  y={y}
                  height={high}
                />
              ))}
            </g>
          ))}
        </svg>
        <div className={styles["ends"]}>
          <span>{at(first)}</span>
          <span>{at(last)}</span>
        </div>
      </div>
    </figure>
  );
}

/** The parts of a bar, from the axis up. */
function piled(stretch: Stretch, scale: number) {
  let top = height;
  return order
    .filter((status) => stretch[status] > 0)
    .map((status) => {
      const high = stretch[status] * scale;
      top -= high;
      return { status, y: top, high };
    });
}

function wordsOf(stretch: Stretch): string {
  const parts = order.filter((status) => stretch[status] > 0);
  const words = parts.map((status) => `${formatPlural(stretch[status], "row")} ${status}`);
  return words.join(", ") || "none";
}
