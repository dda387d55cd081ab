import { Skeleton } from "@mantine/core";
import { useMemo } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PlanView } from "../plan/plan-view.tsx";
import { RunScope } from "../run/run-scope.ts";
import { useRunFeed } from "../run/use-run-feed.ts";

/** The plan that is reviewed, in its editor. A change makes another version of it, which is then asked about. */
export function PlanReview({ runId }: { runId: string }) {
  const { run, events, error, resume } = useRunFeed(runId);
  const scope = useMemo(() => ({ isPast: false, onChanged: resume }), [resume]);
  if (error && !run) return <ErrorPanel error={error} onRetry={resume} />;
  if (!run) return <Skeleton height={320} aria-busy="true" aria-label="Loading the plan" />;
  if (!run.plan) return null;
  return (
    <RunScope value={scope}>
      <section aria-label="The plan">
        <PlanView run={run} plan={run.plan} events={events} />
      </section>
    </RunScope>
  );
}
