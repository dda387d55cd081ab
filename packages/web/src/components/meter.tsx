import styles from "./meter.module.css";

interface MeterProps {
  /** What is measured; left out where the words beside it say it all. */
  label?: string;
  value: number;
  max: number;
  /** Whose colour the bar has. */
  tone: string;
  /** A line across it, at this value. */
  mark?: number;
}

/** How much of something is used, as a bar. */
export function Meter({ label, value, max, tone, mark }: MeterProps) {
  const widthOf = (part: number) => `${max === 0 ? 100 : Math.min(100, (100 * part) / max)}%`;
  const said = label === undefined ? { "aria-hidden": true } : saidOf(label, value, max);
  return (
    <span className={styles["track"]} {...said}>
      <span className={styles["part"]} data-tone={tone} style={{ width: widthOf(value) }} />
      {mark !== undefined && <span className={styles["mark"]} style={{ left: widthOf(mark) }} />}
    </span>
  );
}

function saidOf(label: string, value: number, max: number) {
  const most = Math.round(max);
  const now = Math.min(Math.round(value), most);
  return {
    ...{ role: "meter", "aria-label": label },
    ...{ "aria-valuemin": 0, "aria-valuemax": most, "aria-valuenow": now },
  };
}
