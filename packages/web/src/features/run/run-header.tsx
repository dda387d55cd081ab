import type { Run } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { CopyId, shortId } from "../../components/copy-id.tsx";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunOrigin } from "./run-origin.tsx";
import styles from "./run-header.module.css";

interface RunHeaderProps {
  run: Run;
  /** It was so: what can be done now is not known from it. */
  isPast: boolean;
  isReconnecting: boolean;
  /** Called after an action: the run may have events again. */
  onChanged: () => void;
}

export function RunHeader({ run, isPast, isReconnecting, onChanged }: RunHeaderProps) {
  const version = { name: run.agentName };
  return (
    <>
      <PageHeader
        title={`Run ${shortId(run.runId)}`}
        heading={
          <>
            <Link className="plain" to="/agents/$name" params={version}>
              {run.agentName}
            </Link>
            <StatusBadge status={run.status} />
            {isReconnecting && <StatusNote />}
          </>
        }
        above={<Trail run={run} />}
        below={
          <>
            <Asked text={run.input.text} />
            <span>{run.draft ? "a draft, not saved" : `version ${run.agentVersion}`}</span>
            <span>
              created <RelativeTime at={run.createdAt} />
            </span>
            <RunOrigin run={run} />
            {run.status === "cancelled" && (
              <span>
                cancelled by {run.cancelledBy}
                {run.reason && `: ${run.reason}`}
              </span>
            )}
            {run.labels.length > 0 && (
              <span>
                has read: <LabelList labels={run.labels} />
              </span>
            )}
            <CopyId id={run.runId} />
          </>
        }
        actions={!isPast && <RunActions run={run} onChanged={onChanged} />}
      />
      <div style={{ marginBottom: 16 }}>
        <RunFigures run={run} />
      </div>
    </>
  );
}

/** What a line of the header holds at most, and what is told on hover. */
const lineLength = 400;
const hoverLength = 2_000;

/** What the run was given, as far as a line holds it. */
function Asked({ text }: { text: string }) {
  if (text.trim() === "") return null;
  return (
    <span className={`truncate ${styles["asked"]}`} title={text.slice(0, hoverLength)}>
      {text.slice(0, lineLength)}
    </span>
  );
}

function RunFigures({ run }: { run: Run }) {
  const endedAt = "endedAt" in run ? run.endedAt : null;
  return (
    <Figures>
      <Figure label="Duration">
        <Duration start={run.startedAt} end={endedAt} />
      </Figure>
      <Figure label="Model calls">
        <Count value={run.stepCount} />
      </Figure>
      <Figure label="Tool calls">
        <Count value={run.steps.filter((step) => step.kind === "tool").length} />
      </Figure>
      <Figure label="Input tokens" note={cachedNote(run)}>
        <Count value={run.usage.inputTokens} />
      </Figure>
      <Figure label="Output tokens">
        <Count value={run.usage.outputTokens} />
      </Figure>
      <Figure label="Cost">
        <Cost micros={run.costMicros} incomplete={run.costIncomplete} />
      </Figure>
    </Figures>
  );
}

function Trail({ run }: { run: Run }) {
  if (run.parent) {
    return (
      <Link className="plain" to="/runs/$runId" params={{ runId: run.parent.runId }}>
        Run {shortId(run.parent.runId)} · delegated
      </Link>
    );
  }
  if (!run.batchId) {
    return (
      <Link className="plain" to="/runs">
        Runs
      </Link>
    );
  }
  return (
    <Link className="plain" to="/batches/$batchId" params={{ batchId: run.batchId }}>
      Batch {shortId(run.batchId)} · row {run.row}
    </Link>
  );
}

function StatusNote() {
  return (
    <span className="dimmed" style={{ fontSize: 12, fontWeight: 400 }}>
      reconnecting…
    </span>
  );
}

function cachedNote(run: Run): string | null {
  const { cachedInputTokens, inputTokens } = run.usage;
  if (cachedInputTokens === 0) return null;
  return `${Math.round((100 * cachedInputTokens) / inputTokens)}% from cache`;
}
