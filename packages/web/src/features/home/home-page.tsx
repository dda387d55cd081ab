import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useFleetError } from "../../data/fleet.ts";
import { agentsQuery } from "../agent/agent-queries.ts";
import { Capacity } from "./capacity.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { FleetFigures } from "./fleet-figures.tsx";
import { Providers } from "./providers.tsx";
import { RecentBatches } from "./recent-batches.tsx";
import { RecentFailures } from "./recent-failures.tsx";
import { RunCounts } from "./run-counts.tsx";
import { Wellbeing } from "./wellbeing.tsx";
import { Workers } from "./workers.tsx";
import styles from "./home-page.module.css";

/** Is the fleet well? */
export function HomePage() {
  const { error, retry } = useFleetError();
  const { data: agents } = useQuery(agentsQuery);
  return (
    <>
      <PageHeader title="Home" />
      <Stack gap={28}>
        {error && <ErrorPanel error={error} onRetry={retry} />}
        {agents?.items.length === 0 && <FirstSteps />}
        <Stack gap={12}>
          <RunCounts />
          <FleetFigures />
        </Stack>
        <div className={styles["columns"]}>
          <Stack gap={28}>
            <RecentBatches />
            <RecentFailures />
          </Stack>
          <Stack gap={28}>
            <Wellbeing />
            <Capacity />
            <Workers />
            <Providers />
          </Stack>
        </div>
      </Stack>
    </>
  );
}
