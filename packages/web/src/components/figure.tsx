import type { ReactNode } from "react";
import styles from "./figure.module.css";

interface FigureProps {
  label: string;
  children: ReactNode;
  /** A smaller line beneath. */
  note?: ReactNode;
}

/** A number with its name. */
export function Figure({ label, children, note }: FigureProps) {
  return (
    <div className={styles["figure"]}>
      <dt className={styles["label"]}>{label}</dt>
      <dd className={styles["value"]}>{children}</dd>
      {note && (
        <dd className={styles["note"]} title={typeof note === "string" ? note : undefined}>
          {note}
        </dd>
      )}
    </div>
  );
}

/** Figures side by side. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className={styles["figures"]}>{children}</dl>;
}
