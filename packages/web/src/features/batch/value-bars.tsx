import type { AnalysedField } from "@flotilla/core";
import { Count, formatPlural } from "../../components/count.tsx";
import styles from "./batch-analysis.module.css";

/** The most frequent values of a field of the results. */
export function ValueBars({ field: { name, values, distinct, count } }: { field: AnalysedField }) {
  const highest = values[0]?.count ?? 1;
  const others = distinct - values.length;
  return (
    <figure className={styles["chart"]}>
      <figcaption className={styles["head"]}>
        <span className={styles["name"]} title={name}>
          {name}
        </span>
        <span className="dimmed">{formatPlural(count, "row")}</span>
      </figcaption>
      {values.length === 0 && <span className="dimmed">Lists and objects; see the rows.</span>}
      <ul className={styles["values"]}>
        {values.map(({ value, count: times }) => (
          <li key={value} className={styles["value"]}>
            <span className={styles["text"]} title={value}>
              {value || "(empty)"}
            </span>
            <span className={styles["track"]} aria-hidden>
              <span className={styles["share"]} style={{ width: `${(100 * times) / highest}%` }} />
            </span>
            <span className={styles["count"]}>
              <Count value={times} />
            </span>
          </li>
        ))}
      </ul>
      {others > 0 && (
        <span className="dimmed" style={{ fontSize: 12 }}>
          and {formatPlural(others, "other value")}
        </span>
      )}
    </figure>
  );
}
