import type { Feedback } from "@flotilla/core";
import { Text } from "@mantine/core";
import { RelativeTime } from "../../components/relative-time.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { ratingWord } from "./feedback-target.ts";
import styles from "./feedback-list.module.css";

/** What people said, in order. */
export function FeedbackList({ feedback }: { feedback: readonly Feedback[] }) {
  if (feedback.length === 0) return null;
  return (
    <ul className={styles["list"]}>
      {feedback.map(({ feedbackId, by, at, rating, correction, comment }) => (
        <li key={feedbackId}>
          <Text size="xs" c="dimmed">
            {by}
            {rating !== undefined && `: ${ratingWord(rating)}`}, <RelativeTime at={at} />
          </Text>
          {comment && <div className={styles["text"]}>{comment}</div>}
          {correction !== undefined && (
            <div>
              <Text size="xs" c="dimmed">
                It should have been:
              </Text>
              {typeof correction === "string" ? (
                <div className={styles["text"]}>{correction}</div>
              ) : (
                <JsonView value={correction} />
              )}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
