import type { Status } from "@flotilla/api";
import { Link } from "@tanstack/react-router";
import { Count } from "../../components/count.tsx";
import { statusOrder } from "../../components/status.ts";
import { StatusIcon } from "../../components/status-badge.tsx";
import styles from "./run-counts.module.css";

/** Runs by status; each leads to its runs. */
export function RunCounts({ status }: { status: Status }) {
  return (
    <nav className={styles["counts"]} aria-label="Runs by status">
      {statusOrder.map((name) => (
        <Link key={name} to="/runs" search={{ status: name }} className={styles["count"]}>
          <span className={styles["name"]}>
            <StatusIcon status={name} />
            {name}
          </span>
          <span className={styles["value"]}>
            <Count value={status.runs[name]} />
          </span>
        </Link>
      ))}
    </nav>
  );
}
