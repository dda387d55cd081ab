import type { Run } from "@flotilla/core";
import { Skeleton, Stack, Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Missing } from "../../components/missing.tsx";
import { CallWait } from "./call-wait.tsx";
import { Conversation } from "./conversation.tsx";
import { InterruptPanel } from "./interrupt-panel.tsx";
import { Journal } from "./journal.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunSteps } from "./run-steps.tsx";
import { useRunFeed } from "./use-run-feed.ts";
import styles from "./run-page.module.css";
import { WaitPanel } from "./wait-panel.tsx";

const route = getRouteApi("/runs/$runId");

export function RunPage() {
  const { runId } = route.useParams();
  return <RunView key={runId} runId={runId} />;
}

function RunView({ runId }: { runId: string }) {
  const { view = "steps" } = route.useSearch();
  const navigate = route.useNavigate();
  const { run, events, phase, error, resume } = useRunFeed(runId);
  if (!run) return error ? <Missing title="Run" error={error} onRetry={resume} /> : <RunSkeleton />;

  const show = (next: string | null) =>
    void navigate({
      search: (old) => ({ ...old, view: next === "steps" ? undefined : (next as "journal") }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <RunHeader run={run} isReconnecting={phase === "reconnecting"} onChanged={resume} />
      <Stack gap="sm" className={styles["notices"]}>
        {error && <ErrorPanel error={error} onRetry={resume} />}
        {run.status === "failed" && <ErrorPanel error={run.error} />}
        {run.status === "waiting" && run.waitingFor.kind !== "interrupt" && (
          <WaitPanel wait={run.waitingFor} />
        )}
        <OpenCallWait run={run} />
        {run.interrupts.map((interrupt) => (
          <InterruptPanel key={interrupt.interruptId} run={run} interrupt={interrupt} />
        ))}
      </Stack>
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
    </>
  );
}

/** What the call under way waits for; calls are made one after the other. */
function OpenCallWait({ run }: { run: Run }) {
  const step = run.steps.findLast((one) => one.kind === "model");
  if (run.status !== "running" || !step?.waitingFor) return null;
  return <CallWait wait={step.waitingFor} />;
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
