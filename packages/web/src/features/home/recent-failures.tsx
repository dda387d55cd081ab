import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { Line, Section } from "../../components/section.tsx";
import styles from "./recent-failures.module.css";

export function RecentFailures() {
  const { data } = useQuery({
    queryKey: ["home", "failures"],
    queryFn: () => client.runs.list({ status: "failed", limit: 6 }),
    refetchInterval: refreshMs,
  });
  return (
    <Section
      title="Failures"
      aside={
        <Link className="plain" to="/runs" search={{ status: "failed" }}>
          All failed runs
        </Link>
      }
    >
      {!data && <Skeleton height={132} radius={0} />}
      {data?.items.length === 0 && (
        <Line>
          <StatusIcon status="completed" />
          <span className="dimmed">No run has failed.</span>
        </Line>
      )}
      {data?.items.map((run) => (
        <Line key={run.runId}>
          <StatusIcon status="failed" />
          <span className={styles["words"]}>
            <RowLink to="/runs/$runId" params={{ runId: run.runId }}>
              {run.status === "failed" ? run.error.message : run.input}
            </RowLink>
            <span className={styles["remedy"]}>{run.status === "failed" && run.error.remedy}</span>
          </span>
          <span className="dimmed">{run.agentName}</span>
          <span className={styles["when"]}>
            <RelativeTime at={run.endedAt ?? run.createdAt} />
          </span>
        </Line>
      ))}
    </Section>
  );
}
