import { isTerminal, type Event, type Run, type ThreadMessage } from "@flotilla/core";
import { useEffect, useEffectEvent, useMemo } from "react";
import { FeedbackBar } from "../feedback/feedback-bar.tsx";
import { RunScope } from "../run/run-scope.ts";
import { useRunFeed } from "../run/use-run-feed.ts";
import { Answer } from "./answer.tsx";
import type { Said } from "./composer.tsx";
import { Question } from "./question.tsx";
import { TurnFooter } from "./turn-footer.tsx";
import styles from "./turn.module.css";

/** The run that answers a message, as it is followed. */
export interface FollowedRun {
  run: Run;
  events: readonly Event[];
}

interface TurnProps {
  message: ThreadMessage;
  /** Told of its run each time its status or its plan is another. */
  onRun: (followed: FollowedRun) => void;
  /** Says something else in this place, or the same once more. */
  onSay: (said: Said, after: string | null) => Promise<unknown>;
  /** Shows the branch of another version. */
  onVersion: (runId: string) => void;
}

/** What was said, the answer as it comes, and what it took. Mount it anew per run. */
export function Turn({ message, onRun, onSay, onVersion }: TurnProps) {
  const { run, events, words, error, resume } = useRunFeed(message.run.runId);
  const status = run?.status;
  const plan = run?.plan;
  const scope = useMemo(() => ({ isPast: false, onChanged: resume }), [resume]);
  const tell = useEffectEvent(() => run && onRun({ run, events }));
  useEffect(() => {
    if (status) tell();
  }, [status, plan]);
  return (
    <article className={styles["turn"]}>
      <Question message={message} onSay={onSay} onVersion={onVersion} />
      <Answer run={run} words={words} error={error} onRetry={resume} />
      {run && <TurnFooter run={run} message={message} onRetried={resume} onSay={onSay} />}
      {run && isTerminal(run.status) && (
        <RunScope value={scope}>
          <FeedbackBar run={run} target={{ kind: "run" }} />
        </RunScope>
      )}
    </article>
  );
}
