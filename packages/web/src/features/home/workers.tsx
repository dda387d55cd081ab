import type { Status } from "@flotilla/api";
import { formatBytes, formatCount } from "../../components/count.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useNow } from "../../data/use-now.ts";
import { Line, Section } from "../../components/section.tsx";
import styles from "./workers.module.css";

/** A heartbeat older than this is worth a warning, in milliseconds. */
const lateMs = 10_000;

export function Workers({ status }: { status: Status }) {
  const { database } = status;
  return (
    <Section title="Workers" aside={`Flotilla ${status.version}`}>
      {status.workers.length === 0 && (
        <Line>
          <StatusIcon status="failed" />
          <span>
            No worker is running. Start one: <code>flotilla worker</code>
          </span>
        </Line>
      )}
      {status.workers.map((worker) => (
        <Worker key={worker.id} worker={worker} />
      ))}
      <Line>
        <span className={styles["words"]}>
          Postgres {database.version}
          <span className={styles["note"]}>
            {database.kind === "embedded" ? "embedded" : "your server"},{" "}
            {formatBytes(database.bytes)}
          </span>
        </span>
      </Line>
    </Section>
  );
}

function Worker({ worker }: { worker: Status["workers"][number] }) {
  const isLate = useNow((now) => (now - Date.parse(worker.heartbeatAt) > lateMs ? "late" : ""));
  return (
    <Line>
      <StatusIcon status={isLate ? "failed" : "completed"} />
      <span className={styles["words"]}>
        {worker.host} <span className="dimmed">pid {worker.pid}</span>
        <span className={styles["note"]}>
          heartbeat <RelativeTime at={worker.heartbeatAt} />, {formatBytes(worker.memoryBytes)}
          {worker.sandbox && <>, sandbox {worker.sandbox.tier}</>}
        </span>
      </span>
      <span className="figure">
        {formatCount(worker.activeRuns)} <span className="dimmed">active</span>
      </span>
    </Line>
  );
}
