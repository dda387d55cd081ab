import type { Interrupt } from "@flotilla/api";
import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { LineDiff } from "../../components/line-diff.tsx";
import styles from "./interrupt-panel.module.css";

interface InterruptDisplayProps {
  interrupt: Interrupt;
  /** The plan that is asked about is on the page as well. */
  isPlanShown: boolean;
}

/**
 * What an answer is about. The text is the server's own: the arguments are never put together again here, so
 * what a person sees is what his answer is bound to.
 */
export function InterruptDisplay({ interrupt, isPlanShown }: InterruptDisplayProps) {
  const { kind, display, answer } = interrupt;
  return (
    <>
      {kind === "effect_outcome" && interrupt.state === "open" && (
        <Text size="sm" c="dimmed">
          Find out whether the call took effect. The run waits for an answer, and goes on from here.
        </Text>
      )}
      {display && display.hidden.length > 0 && <Hidden found={display.hidden} />}
      {/* A question is told by its prompt and its form. */}
      {display && kind !== "question" && (
        <div>
          <About interrupt={interrupt} isPlanShown={isPlanShown} />
          <DisplayText text={display.text} isFolded={kind === "plan_review"} />
        </div>
      )}
      {answer?.action === "edit" && display && (
        <LineDiff
          label="What was changed"
          before={display.text}
          after={JSON.stringify(answer.input, null, 2)}
        />
      )}
      {answer && <Answered interrupt={interrupt} />}
    </>
  );
}

/** What the text below is, with the way to where it came from. */
function About({ interrupt, isPlanShown }: InterruptDisplayProps) {
  const { kind, tool, runId, callId } = interrupt;
  if (kind === "plan_review") {
    if (isPlanShown) return null;
    return (
      <Text size="xs" c="dimmed" mb={4}>
        The plan.{" "}
        <Link to="/runs/$runId" params={{ runId }} search={{ view: "plan" }}>
          Open it as a graph
        </Link>
      </Text>
    );
  }
  return (
    <Text size="xs" c="dimmed" mb={4}>
      What <b>{tool}</b> is called with
      {callId && (
        <>
          {" "}
          in{" "}
          <Link to="/runs/$runId" params={{ runId }} search={{ step: callId }}>
            its run
          </Link>
        </>
      )}
    </Text>
  );
}

/** A plan is read as a graph; its text opens when somebody asks. */
function DisplayText({ text, isFolded }: { text: string; isFolded: boolean }) {
  const shown = (
    <pre className={styles["display"]} tabIndex={0} aria-label="What it is about">
      {text}
    </pre>
  );
  if (!isFolded) return shown;
  return (
    <details>
      <summary>Just as it is approved, as text</summary>
      {shown}
    </details>
  );
}

function Hidden({ found }: { found: NonNullable<Interrupt["display"]>["hidden"] }) {
  return (
    <div className={styles["hidden"]} role="alert" data-tone="failed">
      <Text size="sm" fw={500} c="var(--failed-text)">
        It holds characters that nobody sees. They are written out here; as it is it cannot be
        approved.
      </Text>
      <ul>
        {found.map(({ path, character, what }, place) => (
          <li key={`${path} ${character} ${String(place)}`}>
            <span className="mono">{character}</span> at{" "}
            <span className="mono">{path || "the top"}</span>: {what}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Answered({ interrupt: { answer, endedBy, state } }: { interrupt: Interrupt }) {
  if (!answer) return null;
  const who =
    state === "expired" ? "Nobody answered in time" : `Answered by ${endedBy ?? "somebody"}`;
  const reason = "reason" in answer ? `: ${answer.reason}` : "";
  const value = answer.action === "reply" ? `: ${JSON.stringify(answer.value)}` : "";
  return (
    <Text size="sm">
      {who}: {answer.action}
      {reason}
      {value}
    </Text>
  );
}
