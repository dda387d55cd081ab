import { Meter } from "../../components/meter.tsx";
import styles from "./cost-share.module.css";

/** The part of a sum, as a bar and in per cent. */
export function CostShare({ micros, of }: { micros: number; of: number }) {
  const share = of === 0 ? 0 : micros / of;
  return (
    <span className={styles["share"]}>
      <Meter value={share} max={1} tone="running" />
      <span className="figure">{Math.round(100 * share)}%</span>
    </span>
  );
}
