import type { LessonStep, MessageStep } from "@flotilla/core";
import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import styles from "./row-detail.module.css";

/** What somebody said to the run while it was under way. */
export function MessageDetail({ message }: { message: MessageStep }) {
  const { text, by, from, step } = message;
  return (
    <>
      <Text size="sm" c="dimmed">
        {from ? (
          <>
            Sent by the agent {from.agentName} from{" "}
            <Link to="/runs/$runId" params={{ runId: from.runId }}>
              its run
            </Link>
            .
          </>
        ) : (
          `Said by ${by}.`
        )}{" "}
        {step === 0
          ? "The model reads it before its first call."
          : `The model reads it after call ${step}.`}
      </Text>
      <div className={styles["words"]}>{text}</div>
    </>
  );
}

/** What a try that was not good enough taught. */
export function LessonDetail({ lesson: { lesson, problems, planStep } }: { lesson: LessonStep }) {
  return (
    <>
      <Text size="sm" c="dimmed">
        The result{planStep === null ? "" : ` of step ${planStep} of the plan`} was not good enough.
        The next try is told:
      </Text>
      <div className={styles["words"]}>{lesson}</div>
      {problems.length > 0 && (
        <div className={styles["part"]}>
          <h3 className={styles["label"]}>What was wrong</h3>
          <ul className={styles["problems"]}>
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
