import type { Distribution } from "@flotilla/core";
import { formatPlural } from "../../components/count.tsx";
import styles from "./batch-analysis.module.css";

interface DistributionChartProps {
  name: string;
  of: Distribution;
  show: (value: number) => string;
}

const height = 72;

/** How numbers lie: a bar for each stretch of values, the middle one as a line, and both in words. */
export function DistributionChart({ name, of, show }: DistributionChartProps) {
  const { bins, min, max, mean, median, p95, count } = of;
  const highest = Math.max(...bins.map((bin) => bin.count));
  const width = 100 / bins.length;
  const middle = max === min ? 50 : (100 * (median - min)) / (max - min);
  const words = `Half are below ${show(median)}, 95% below ${show(p95)}; ${show(mean)} on average, of ${formatPlural(count, "row")}.`;
  return (
    <figure className={styles["chart"]}>
      <figcaption className={styles["head"]}>
        <span className={styles["name"]} title={name}>
          {name}
        </span>
        <span className="dimmed figure">median {show(median)}</span>
      </figcaption>
      <div>
        <svg
          className={styles["plot"]}
          viewBox={`0 0 100 ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${name}: from ${show(min)} to ${show(max)}. ${words}`}
        >
          {bins.map((bin, index) => {
            const high = bin.count === 0 ? 0 : Math.max(2, (height * bin.count) / highest);
            return (
              <rect
                key={bin.from}
                className={styles["bar"]}
                x={index * width + width * 0.06}
                width={Math.min(width * 0.88, 20)}
                y={height - high}
                height={high}
              >
                <title>
                  {`${show(bin.from)} to ${show(bin.to)}: ${formatPlural(bin.count, "row")}`}
                </title>
              </rect>
            );
          })}
          {bins.length > 1 && (
            <line className={styles["middle"]} x1={middle} x2={middle} y1={0} y2={height} />
          )}
        </svg>
        <div className={styles["ends"]}>
          <span>{show(min)}</span>
          {max !== min && <span>{show(max)}</span>}
        </div>
      </div>
      <span className="dimmed" style={{ fontSize: 12 }}>
        {words}
      </span>
    </figure>
  );
}
