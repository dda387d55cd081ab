import { toolCalls, type ModelStep } from "@flotilla/core";
import { IconChevronRight, IconTool } from "@tabler/icons-react";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { Duration, formatDuration } from "../../components/duration.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { Markdown } from "../../components/markdown.tsx";
import type { ReactNode } from "react";
import { AttemptList } from "./attempt-list.tsx";
import { CallWait, waitedText } from "./call-wait.tsx";
import { pricedWords } from "./priced.ts";
import { RouteChoiceText } from "./route-choice-text.tsx";
import { modelStepName } from "./step-name.ts";
import { StepStatus } from "./step-status.tsx";
import { useStepWords } from "./step-words.ts";
import styles from "./row-detail.module.css";

interface ModelStepDetailProps {
  step: ModelStep;
  onSelect: (key: string) => void;
}

export function ModelStepDetail({ step, onSelect }: ModelStepDetailProps) {
  const last = step.attempts.at(-1);
  return (
    <>
      <header className={styles["head"]}>
        <h2 className={styles["title"]}>{modelStepName(step)}</h2>
        <StepStatus status={step.status} />
        <span className="mono dimmed">{step.model}</span>
      </header>
      <StepWords step={step} />
      <ToolCalls step={step} onSelect={onSelect} />
      {step.waitingFor && <CallWait wait={step.waitingFor} />}
      <KeyValue
        pairs={[
          ["Duration", <Duration key="duration" start={step.startedAt} end={step.endedAt} />],
          ["Waited", waitedText(last?.waited)],
          ["Chosen by", last?.choice && <RouteChoiceText key="choice" choice={last.choice} />],
          ["First token", step.firstTokenMs === null ? null : formatDuration(step.firstTokenMs)],
          ["Finish", step.finish],
          ...usagePairs(step),
        ]}
      />
      <AttemptList step={step} />
    </>
  );
}

/** Grows as the words come; what stands around it need not. */
function StepWords({ step }: { step: ModelStep }) {
  const { text, reasoning } = useStepWords(step);
  return (
    <>
      {reasoning && (
        <div className={styles["part"]}>
          <h3 className={styles["label"]}>Reasoning</h3>
          <div className={styles["reasoning"]}>{reasoning}</div>
        </div>
      )}
      {text && (
        <div className={styles["part"]} data-part="text">
          <h3 className={styles["label"]}>Text</h3>
          <Markdown text={text} streaming={step.status === "running"} />
        </div>
      )}
    </>
  );
}

function usagePairs({
  usage,
  costMicros,
  priced,
  usageEstimated,
}: ModelStep): [string, ReactNode][] {
  if (!usage) return [];
  return [
    [
      "Input tokens",
      <TokenCount key="in" all={usage.inputTokens} part={usage.cachedInputTokens} name="cached" />,
    ],
    [
      "Output tokens",
      <TokenCount
        key="out"
        all={usage.outputTokens}
        part={usage.reasoningTokens}
        name="reasoning"
      />,
    ],
    [
      "Cost",
      <span key="cost">
        <Cost micros={costMicros} />
        <span className="dimmed">
          {priced !== "call" && `, ${pricedWords[priced]}`}
          {usageEstimated && ", estimated: the provider counted nothing"}
        </span>
      </span>,
    ],
  ];
}

function TokenCount({ all, part, name }: { all: number; part: number; name: string }) {
  return (
    <>
      <Count value={all} />
      {part > 0 && (
        <span className="dimmed">
          , of these <Count value={part} /> {name}
        </span>
      )}
    </>
  );
}

function ToolCalls({ step, onSelect }: ModelStepDetailProps) {
  const calls = step.message ? toolCalls(step.message) : [];
  if (calls.length === 0) return null;
  return (
    <div className={styles["part"]}>
      <h3 className={styles["label"]}>Tool calls</h3>
      {calls.map((call) => (
        <button
          key={call.callId}
          type="button"
          className={styles["call"]}
          onClick={() => onSelect(call.callId)}
        >
          <IconTool size={14} stroke={1.7} aria-hidden style={{ flex: "none" }} />
          <span>{call.tool}</span>
          <span className="mono dimmed truncate" style={{ flex: 1 }}>
            {JSON.stringify(call.input)}
          </span>
          <IconChevronRight size={14} aria-hidden style={{ flex: "none" }} />
        </button>
      ))}
    </div>
  );
}
