import type { Event, Run } from "@flotilla/core";
import { Skeleton, Stack, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Missing } from "../../components/missing.tsx";
import { FrozenTime } from "../../data/use-now.ts";
import { Conversation } from "./conversation.tsx";
import { Journal } from "./journal.tsx";
import { ReplayBar } from "./replay-bar.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunNotices } from "./run-notices.tsx";
import { RunSteps } from "./run-steps.tsx";
import { useReplay } from "./use-replay.ts";
import { useRunFeed } from "./use-run-feed.ts";
import styles from "./run-page.module.css";

const route = getRouteApi("/runs/$runId");

export function RunPage() {
  const { runId } = route.useParams();
  return <RunView key={runId} runId={runId} />;
}

function RunView({ runId }: { runId: string }) {
  const feed = useRunFeed(runId);
  const { run, error, resume } = feed;
  if (!run) return error ? <Missing title="Run" error={error} onRetry={resume} /> : <RunSkeleton />;
  return <LoadedRun now={run} feed={feed} />;
}

interface LoadedRunProps {
  /** As it is in the present; what is shown may be its past. */
  now: Run;
  feed: ReturnType<typeof useRunFeed>;
}

function LoadedRun({ now, feed }: LoadedRunProps) {
  const { events, phase, error, resume } = feed;
  const replay = useReplay(events);
  const { index, isPast } = replay;
  const run = isPast ? replay.replay.runAt(index) : now;
  const shown = useMemo(
    () => (isPast ? events.slice(0, index + 1) : events),
    [events, index, isPast],
  );
  const frozen = isPast ? Date.parse(events[index]?.at ?? "") : null;
  return (
    <FrozenTime value={frozen}>
      <RunHeader
        run={run}
        isPast={isPast}
        isReconnecting={phase === "reconnecting"}
        onChanged={resume}
      />
      <ReplayBar state={replay} />
      <Stack gap="sm" className={styles["notices"]}>
        {error && <ErrorPanel error={error} onRetry={resume} />}
        <RunNotices run={run} isPast={isPast} />
      </Stack>
      <RunViews run={run} events={shown} />
    </FrozenTime>
  );
}

function RunViews({ run, events }: { run: Run; events: readonly Event[] }) {
  const { view = "steps" } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: string | null) =>
    void navigate({
      search: (old) => ({ ...old, view: next === "steps" ? undefined : (next as "journal") }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Tabs value={view} onChange={show}>
      <Tabs.List mb="md">
        <Tabs.Tab value="steps">Steps</Tabs.Tab>
        <Tabs.Tab value="conversation">Conversation</Tabs.Tab>
        <Tabs.Tab value="journal">Journal</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="steps">
        <RunSteps run={run} events={events} />
      </Tabs.Panel>
      <Tabs.Panel value="conversation">
        <Conversation run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="journal">
        <Journal events={events} />
      </Tabs.Panel>
    </Tabs>
  );
}

function RunSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading the run">
      <Skeleton height={24} width={320} />
      <Skeleton height={14} width={480} />
      <Skeleton height={72} />
      <Skeleton height={280} />
    </Stack>
  );
}
