import { Fragment, type ReactNode } from "react";
import styles from "./key-value.module.css";

/** Pairs of name and value in two columns; pairs without a value are left out. */
export function KeyValue({ pairs }: { pairs: [name: string, value: ReactNode][] }) {
  return (
    <dl className={styles["list"]}>
      {pairs.map(([name, value]) =>
        value === null || value === undefined || value === "" ? null : (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  );
}
