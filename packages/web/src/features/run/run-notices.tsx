import type { Run, WaitingFor } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { InterruptPanel } from "../interrupt/interrupt-panel.tsx";
import { PausedPanel } from "../steering/paused-panel.tsx";
import { CallWait } from "./call-wait.tsx";
import { WaitPanel } from "./wait-panel.tsx";

const route = getRouteApi("/runs/$runId");

interface RunNoticesProps {
  run: Run;
  /** It was so: nothing can be done about it any more. */
  isPast: boolean;
}

/** What went wrong with a run, what it waits for, and what a person can do about that. */
export function RunNotices({ run, isPast }: RunNoticesProps) {
  const { view } = route.useSearch();
  return (
    <>
      {run.status === "failed" && <ErrorPanel error={run.error} />}
      {run.status === "waiting" && <Waiting run={run} wait={run.waitingFor} isPast={isPast} />}
      <OpenCallWait run={run} />
      {!isPast &&
        run.interrupts.map((interrupt) => (
          <InterruptPanel
            key={interrupt.interruptId}
            runId={run.runId}
            interruptId={interrupt.interruptId}
            isPlanShown={view === "plan"}
          />
        ))}
    </>
  );
}

function Waiting({ run, wait, isPast }: RunNoticesProps & { wait: WaitingFor }) {
  if (wait.kind === "interrupt") return null;
  if (wait.kind === "paused" && !isPast) return <PausedPanel run={run} wait={wait} />;
  return <WaitPanel wait={wait} />;
}

/** What the call under way waits for; calls are made one after the other. */
function OpenCallWait({ run }: { run: Run }) {
  const step = run.steps.findLast((one) => one.kind === "model");
  if (run.status !== "running" || !step?.waitingFor) return null;
  return <CallWait wait={step.waitingFor} />;
}
