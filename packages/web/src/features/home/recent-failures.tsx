import { Skeleton } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatCount } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useFleet } from "../../data/fleet.ts";
import { useRefreshOn } from "../../data/use-refresh-on.ts";
import styles from "./recent-failures.module.css";

const failuresQuery = queryOptions({
  queryKey: ["home", "failures"],
  queryFn: () => client.deadLetters.groups({ limit: 5 }),
});

/** What failed for good and was not settled yet, alike ones together. */
export function RecentFailures() {
  const { data, error, refetch } = useQuery(failuresQuery);
  useRefreshOn(failuresQuery.queryKey, useFleet("runs")?.failed);
  return (
    <Section
      title="Failures"
      aside={
        <Link className="plain" to="/dead-letters">
          All dead letters
        </Link>
      }
    >
      {!data && !error && <Skeleton height={132} radius={0} />}
      {!data && error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Line>
          <StatusIcon status="completed" />
          <span className="dimmed">Nothing has failed that is not settled.</span>
        </Line>
      )}
      {data?.items.map(({ fingerprint, example, remedy, count, agents, lastAt }) => (
        <Line key={fingerprint}>
          <span className={styles["count"]}>{formatCount(count)}×</span>
          <span className={styles["words"]}>
            <RowLink to="/dead-letters" search={{ group: fingerprint }}>
              {example.error.message}
            </RowLink>
            <span className={styles["remedy"]}>{remedy}</span>
          </span>
          <span className={styles["agents"]}>{agents.join(", ")}</span>
          <span className={styles["when"]}>
            <RelativeTime at={lastAt} />
          </span>
        </Line>
      ))}
    </Section>
  );
}
