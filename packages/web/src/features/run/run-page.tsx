import type { Event, Run } from "@flotilla/core";
import { Skeleton, Stack, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, type ReactNode } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Missing } from "../../components/missing.tsx";
import { FrozenTime } from "../../data/use-now.ts";
import { Conversation } from "./conversation.tsx";
import { Journal } from "./journal.tsx";
import { ReplayBar } from "./replay-bar.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunNotices } from "./run-notices.tsx";
import { RunScope } from "./run-scope.ts";
import { RunSteps } from "./run-steps.tsx";
import { LiveWordsScope } from "./step-words.ts";
import { useReplay } from "./use-replay.ts";
import { useRunFeed } from "./use-run-feed.ts";
import styles from "./run-page.module.css";

const route = getRouteApi("/runs/$runId");

const PlanView = lazy(async () => ({
  default: (await import("../plan/plan-view.tsx")).PlanView,
}));

const TeamView = lazy(async () => ({
  default: (await import("../team/team-view.tsx")).TeamView,
}));

const ArtifactList = lazy(async () => ({
  default: (await import("../artifact/artifact-list.tsx")).ArtifactList,
}));

const RunCostsView = lazy(async () => ({
  default: (await import("./run-costs-view.tsx")).RunCostsView,
}));

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
  const { events, words, phase, error, resume } = feed;
  const replay = useReplay(events);
  const { index, isPast } = replay;
  const run = isPast ? replay.replay.runAt(index) : now;
  const shown = useMemo(
    () => (isPast ? events.slice(0, index + 1) : events),
    [events, index, isPast],
  );
  const scope = useMemo(() => ({ isPast, onChanged: resume }), [isPast, resume]);
  const frozen = isPast ? Date.parse(events[index]?.at ?? "") : null;
  return (
    <FrozenTime value={frozen}>
      <RunScope value={scope}>
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
        <LiveWordsScope value={isPast ? null : words}>
          <RunViews run={run} events={shown} />
        </LiveWordsScope>
      </RunScope>
    </FrozenTime>
  );
}

function RunViews({ run, events }: { run: Run; events: readonly Event[] }) {
  const { view: asked = "steps" } = route.useSearch();
  const hasTeam = run.children.length > 0 || run.parent !== null;
  const isThere = { team: hasTeam, plan: run.plan !== null, steps: true };
  const view = asked in isThere && !isThere[asked as keyof typeof isThere] ? "steps" : asked;
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
        {run.plan && <Tabs.Tab value="plan">Plan</Tabs.Tab>}
        {hasTeam && <Tabs.Tab value="team">Team</Tabs.Tab>}
        <Tabs.Tab value="conversation">Conversation</Tabs.Tab>
        <Tabs.Tab value="artifacts">Artifacts</Tabs.Tab>
        <Tabs.Tab value="costs">Costs</Tabs.Tab>
        <Tabs.Tab value="journal">Journal</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="steps">
        <RunSteps run={run} events={events} />
      </Tabs.Panel>
      {run.plan && (
        <LatePanel value="plan" height={420}>
          <PlanView run={run} plan={run.plan} events={events} />
        </LatePanel>
      )}
      {hasTeam && (
        <LatePanel value="team" height={240}>
          <TeamView run={run} />
        </LatePanel>
      )}
      <Tabs.Panel value="conversation">
        <Conversation run={run} />
      </Tabs.Panel>
      <LatePanel value="artifacts" height={160}>
        {view === "artifacts" && <ArtifactList runId={run.runId} />}
      </LatePanel>
      <LatePanel value="costs" height={240}>
        <RunCostsView run={run} events={events} />
      </LatePanel>
      <Tabs.Panel value="journal">
        <Journal events={events} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface LatePanelProps {
  value: string;
  /** Of what stands there until it has come. */
  height: number;
  children: ReactNode;
}

/** A view that is loaded when somebody looks at it. */
function LatePanel({ value, height, children }: LatePanelProps) {
  const coming = <Skeleton height={height} role="status" aria-busy="true" aria-label="Loading" />;
  return (
    <Tabs.Panel value={value}>
      <Suspense fallback={coming}>{children}</Suspense>
    </Tabs.Panel>
  );
}

function RunSkeleton() {
  return (
    <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the run">
      <Skeleton height={24} width={320} />
      <Skeleton height={14} width={480} />
      <Skeleton height={72} />
      <Skeleton height={280} />
    </Stack>
  );
}
