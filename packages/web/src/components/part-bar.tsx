import type { ReactNode } from "react";
import { Count } from "./count.tsx";
import styles from "./part-bar.module.css";

export interface Part {
  name: string;
  value: number;
  /** The colour of a status, or of model calls; it always comes with its name. */
  color:
    | "model"
    | "tool"
    | "running"
    | "waiting"
    | "completed"
    | "failed"
    | "cancelled"
    | "pending";
}

interface PartBarProps {
  label: string;
  parts: Part[];
  /** How a value is written. Default: as a count. */
  show?: (value: number) => ReactNode;
}

const asCount = (value: number) => <Count value={value} />;

/** A whole and its parts, as a bar with its legend. Parts of nothing are left out. */
export function PartBar({ label, parts, show = asCount }: PartBarProps) {
  const there = parts.filter(({ value }) => value > 0);
  const whole = there.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className={styles["whole"]}>
      <div className={styles["head"]}>
        <span>{label}</span>
        <span className="figure">{show(whole)}</span>
      </div>
      <div className={styles["bar"]} aria-hidden>
        {there.map(({ name, value, color }) => (
          <span
            key={name}
            className={styles["part"]}
            data-color={color}
            data-tone={color}
            style={{ width: `${(100 * value) / whole}%` }}
          />
        ))}
      </div>
      {there.length > 0 && (
        <ul className={styles["legend"]}>
          {there.map(({ name, value, color }) => (
            <li key={name}>
              <span className={styles["swatch"]} data-color={color} data-tone={color} aria-hidden />
              {name} <span className="dimmed">{show(value)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
