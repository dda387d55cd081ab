import type { Status } from "@flotilla/api";
import { Skeleton } from "@mantine/core";
import { formatBytes, formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useFleet } from "../../data/fleet.ts";
import { useNow } from "../../data/use-now.ts";
import styles from "../../components/line-words.module.css";

/** A heartbeat older than this is worth a warning, in milliseconds. */
const lateMs = 10_000;

/** Who does the work, and what it takes of their machines. */
export function Workers() {
  const workers = useFleet("workers");
  const version = useFleet("version");
  if (!workers) return <Skeleton height={120} radius={10} aria-hidden />;
  return (
    <Section title="Workers" aside={`Flotilla ${version}`}>
      {workers.length === 0 && (
        <Line>
          <StatusIcon status="failed" />
          <span>
            No worker is running. Start one: <code>flotilla worker</code>
          </span>
        </Line>
      )}
      {workers.map((worker) => (
        <Worker key={worker.id} worker={worker} />
      ))}
      <Database />
    </Section>
  );
}

function Database() {
  const database = useFleet("database");
  if (!database) return null;
  const { kind, version, bytes } = database;
  return (
    <Line>
      <span className={styles["words"]}>
        Postgres {version}
        <span className={styles["note"]}>
          {kind === "embedded" ? "embedded" : "your server"}, {formatBytes(bytes)}
        </span>
      </span>
    </Line>
  );
}

function Worker({ worker }: { worker: Status["workers"][number] }) {
  const { host, pid, heartbeatAt, activeRuns, cpuPercent, memoryBytes, loopDelayMs, sandbox } =
    worker;
  const isLate = useNow((now) => (now - Date.parse(heartbeatAt) > lateMs ? "late" : ""));
  return (
    <Line>
      <StatusIcon status={isLate ? "failed" : "completed"} />
      <span className={styles["words"]}>
        {host === "" ? (
          "A worker"
        ) : (
          <>
            {host} <span className="dimmed">pid {pid}</span>
          </>
        )}
        <span className={styles["note"]}>
          {isLate ? (
            <>
              not heard of since <RelativeTime at={heartbeatAt} />
            </>
          ) : (
            [
              `CPU ${Math.round(cpuPercent)}%`,
              formatBytes(memoryBytes),
              `event-loop delay ${formatDuration(loopDelayMs)}`,
              sandbox && `sandbox ${sandbox.tier}`,
            ]
              .filter(Boolean)
              .join(" · ")
          )}
        </span>
      </span>
      <span className="figure">
        {formatCount(activeRuns)} <span className="dimmed">active</span>
      </span>
    </Line>
  );
}
