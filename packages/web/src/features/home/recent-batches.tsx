import { Skeleton } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Count, formatCount } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { StatusBar } from "../../components/status-bar.tsx";
import { client } from "../../data/client.ts";
import { useFleet } from "../../data/fleet.ts";
import { useRefreshOn } from "../../data/use-refresh-on.ts";
import { Line, Section } from "../../components/section.tsx";
import styles from "./recent-batches.module.css";

const batchesQuery = queryOptions({
  queryKey: ["home", "batches"],
  queryFn: () => client.batches.list({ limit: 5 }),
});

/** The newest batches; they are read again when any run begins or ends. */
export function RecentBatches() {
  const { data, error, refetch } = useQuery(batchesQuery);
  const runs = useFleet("runs");
  useRefreshOn(batchesQuery.queryKey, runs && Object.values(runs).join(" "));
  return (
    <Section
      title="Batches"
      aside={
        <Link className="plain" to="/batches">
          All batches
        </Link>
      }
    >
      {!data && error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={132} radius={0} />}
      {data?.items.length === 0 && (
        <Empty
          title="No batches yet"
          command="flotilla batch run <agent> rows.csv --prompt '{{question}}'"
        >
          A batch runs one agent over every row of a file.
        </Empty>
      )}
      {data?.items.map(({ id, name, status, counts, rows }) => (
        <Line key={id}>
          <span className={styles["badge"]}>
            <StatusBadge status={status} />
          </span>
          <span className={styles["name"]}>
            <RowLink to="/batches/$batchId" params={{ batchId: id }}>
              {name}
            </RowLink>
          </span>
          <span className={styles["bar"]}>
            <StatusBar counts={counts} rows={rows} />
          </span>
          <span className={styles["rows"]}>
            <Count value={counts.completed + counts.failed + counts.cancelled} />
            <span className="dimmed"> / {formatCount(rows)}</span>
          </span>
        </Line>
      ))}
    </Section>
  );
}
