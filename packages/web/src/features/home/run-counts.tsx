import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Count } from "../../components/count.tsx";
import { statusOrder } from "../../components/status.ts";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useFleet } from "../../data/fleet.ts";
import styles from "./run-counts.module.css";

/** Runs by status; each leads to its runs. */
export function RunCounts() {
  const runs = useFleet("runs");
  if (!runs)
    return (
      <Skeleton
        height={76}
        radius={10}
        role="status"
        aria-busy="true"
        aria-label="Loading the runs"
      />
    );
  return (
    <nav className={styles["counts"]} aria-label="Runs by status">
      {statusOrder.map((name) => (
        <Link key={name} to="/runs" search={{ status: name }} className={styles["count"]}>
          <span className={styles["name"]}>
            <StatusIcon status={name} />
            {name}
          </span>
          <span className={styles["value"]}>
            <Count value={runs[name]} />
          </span>
        </Link>
      ))}
    </nav>
  );
}
