import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Count, formatCount } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { StatusBar } from "../../components/status-bar.tsx";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { Line, Section } from "../../components/section.tsx";
import styles from "./recent-batches.module.css";

export function RecentBatches() {
  const { data } = useQuery({
    queryKey: ["home", "batches"],
    queryFn: () => client.batches.list({ limit: 5 }),
    refetchInterval: refreshMs,
  });
  return (
    <Section
      title="Batches"
      aside={
        <Link className="plain" to="/batches">
          All batches
        </Link>
      }
    >
      {!data && <Skeleton height={132} radius={0} />}
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
