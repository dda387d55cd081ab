import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { Providers } from "./providers.tsx";
import { RecentBatches } from "./recent-batches.tsx";
import { RecentFailures } from "./recent-failures.tsx";
import { RunCounts } from "./run-counts.tsx";
import { Workers } from "./workers.tsx";
import styles from "./home-page.module.css";

/** Is the fleet well? */
export function HomePage() {
  const { data: status, error } = useQuery({
    queryKey: ["status"],
    queryFn: () => client.status(),
    refetchInterval: refreshMs,
  });
  return (
    <>
      <PageHeader title="Home" />
      {error && !status && <ErrorPanel error={error} />}
      <Stack gap={28}>
        {status ? <RunCounts status={status} /> : <Skeleton height={72} />}
        <div className={styles["columns"]}>
          <Stack gap={28}>
            <RecentBatches />
            <RecentFailures />
          </Stack>
          <Stack gap={28}>
            {status ? (
              <>
                <Workers status={status} />
                <Providers status={status} />
              </>
            ) : (
              <Skeleton height={240} />
            )}
          </Stack>
        </div>
      </Stack>
    </>
  );
}
