import type { Event, Run } from "@flotilla/core";
import { Text } from "@mantine/core";
import { useMemo, type ReactNode } from "react";
import { Duration, formatDuration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useNow } from "../../data/use-now.ts";
import { FeedbackBar } from "../feedback/feedback-bar.tsx";
import { targetOf } from "../feedback/feedback-target.ts";
import { ForkButton } from "../fork/fork-button.tsx";
import { placeOf } from "../fork/fork-place.ts";
import { ChildDetail } from "./child-detail.tsx";
import { ModelStepDetail } from "./model-step-detail.tsx";
import { LessonDetail, MessageDetail } from "./note-detail.tsx";
import { RawEvents } from "./raw-events.tsx";
import { rowName } from "./timeline-line.tsx";
import type { TimelineRow } from "./timeline-layout.ts";
import { ToolStepDetail } from "./tool-step-detail.tsx";
import { useFollowEnd } from "./use-follow-end.ts";
import styles from "./row-detail.module.css";

interface RowDetailProps {
  run: Run;
  row: TimelineRow;
  events: readonly Event[];
  onSelect: (key: string) => void;
}

/** Everything known of one line of the timeline. */
export function RowDetail({ run, row, events, onSelect }: RowDetailProps) {
  const isStreaming = row.kind === "step" && row.step.status === "running";
  const follow = useFollowEnd(isStreaming);
  const own = useMemo(() => eventsOf(row, events), [row, events]);
  return (
    // Scrolls on its own, so the keyboard must be able to enter it.
    <section className={styles["detail"]} aria-label="Step" ref={follow} tabIndex={0}>
      <KindDetail run={run} row={row} onSelect={onSelect} />
      {row.kind === "step" && row.step.status === "retrying" && <NextAttempt events={own} />}
      {row.kind === "step" && row.step.endedAt && (
        <FeedbackBar run={run} target={targetOf(row.step)} />
      )}
      {row.kind === "step" && row.step.endedAt && (
        <div>
          <ForkButton run={run} at={placeOf(row.step)} label="Fork here" />
        </div>
      )}
      {own.length > 0 && <RawEvents events={own} />}
    </section>
  );
}

function KindDetail({ run, row, onSelect }: Pick<RowDetailProps, "run" | "row" | "onSelect">) {
  switch (row.kind) {
    case "step":
      return row.step.kind === "model" ? (
        <ModelStepDetail step={row.step} onSelect={onSelect} />
      ) : (
        <ToolStepDetail step={row.step} run={run} />
      );
    case "child":
      return (
        <>
          <DetailTitle name={rowName(row)} />
          <Text size="sm">{row.child.task}</Text>
          <ChildDetail child={row.child} />
        </>
      );
    case "rejection":
      return (
        <>
          <DetailTitle name={rowName(row)} />
          <Rejection problems={row.problems} />
        </>
      );
    case "escalation":
      return (
        <>
          <DetailTitle name={rowName(row)} />
          <Text size="sm" c="dimmed">
            The answer of {row.escalation.model} has a confidence of {row.escalation.confidence};
            the route wants {row.escalation.minimum}. The conversation starts anew on{" "}
            {row.escalation.next}.
          </Text>
        </>
      );
    case "pause":
      return (
        <>
          <DetailTitle name={rowName(row)}>
            <Duration start={row.pause.startedAt} end={row.pause.endedAt} />
          </DetailTitle>
          {row.pause.why && <ErrorPanel error={row.pause.why} />}
        </>
      );
    case "message":
      return (
        <>
          <DetailTitle name={rowName(row)} />
          <MessageDetail message={row.message} />
        </>
      );
    case "lesson":
      return (
        <>
          <DetailTitle name={rowName(row)} />
          <LessonDetail lesson={row.lesson} />
        </>
      );
  }
}

function Rejection({ problems }: { problems: string[] }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        It did not fit the agent's output schema. The model was shown these problems:
      </Text>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </>
  );
}

/** When the engine tries again, counted from the failure that it waits after. */
function NextAttempt({ events }: { events: readonly Event[] }) {
  const failure = events.findLast((event) => "retryInMs" in event);
  const waits = failure && "retryInMs" in failure ? (failure.retryInMs ?? 0) : 0;
  const dueMs = failure ? Date.parse(failure.at) + waits : 0;
  const left = useNow((now) => formatDuration(Math.max(0, dueMs - now)));
  return (
    <Text size="sm" c="dimmed">
      The next attempt begins in {left}.
    </Text>
  );
}

function DetailTitle({ name, children }: { name: string; children?: ReactNode }) {
  return (
    <header className={styles["head"]}>
      <h2 className={styles["title"]}>{name}</h2>
      {children}
    </header>
  );
}

function at(events: readonly Event[], type: Event["type"], when: string): Event[] {
  return events.filter((event) => event.type === type && event.at === when);
}

function eventsOf(row: TimelineRow, events: readonly Event[]): Event[] {
  if (row.kind === "pause") return events.filter((event) => event.seq === row.pause.seq);
  if (row.kind === "child") {
    const { childId } = row.child;
    return events.filter((event) => "childId" in event && event.childId === childId);
  }
  if (row.kind === "message") return at(events, "message.added", row.message.at);
  if (row.kind === "lesson") return at(events, "lesson.learnt", row.lesson.at);
  if (row.kind === "rejection") return events.filter((event) => event.type === "output.rejected");
  if (row.kind === "escalation") {
    const { step: asked } = row.escalation;
    return events.filter((event) => event.type === "answer.escalated" && event.step === asked);
  }
  const { step } = row;
  return events.filter((event) =>
    step.kind === "tool"
      ? "callId" in event && event.callId === step.callId
      : event.type.startsWith("step.") && "step" in event && event.step === step.step,
  );
}
