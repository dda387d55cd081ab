import type { DeadLetterDetail } from "@flotilla/api";
import type { DeadLetter } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { excerptOf } from "../run/event-text.ts";
import { causeWords } from "./cause-words.ts";
import { LetterActions } from "./letter-actions.tsx";
import { letterQuery } from "./letter-query.ts";
import styles from "./letter-list.module.css";

/** One letter: its cause, what came before, and what can be done. */
export function LetterDetail({ letter }: { letter: DeadLetter }) {
  const { data, error, refetch } = useQuery(letterQuery(letter.id));
  return (
    <div className={styles["detail"]}>
      <ErrorPanel error={letter.error} />
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {data ? <Facts letter={data} /> : !error && <Skeleton height={80} aria-busy="true" />}
      <LetterActions letter={letter} />
    </div>
  );
}

function Facts({ letter }: { letter: DeadLetterDetail }) {
  const { cause, attempts, retries, events, badRow } = letter;
  return (
    <>
      <KeyValue
        pairs={[
          ["Cause", causeWords[cause].title],
          ["What helps", causeWords[cause].help],
          ["Tries of the step", attempts],
          ["Taken up again before", retries > 0 ? formatPlural(retries, "time") : null],
          ["Line of the file", badRow?.line ?? null],
        ]}
      />
      {badRow && <JsonView value={badRow.data} />}
      {events.length > 0 && (
        <div>
          <h2 className={styles["label"]}>Its last events</h2>
          <ol className={styles["events"]}>
            {events.map((event) => (
              <li key={event.seq}>
                <span className="figure dimmed">{event.seq}</span>
                <span>{event.type}</span>
                <span className="mono dimmed truncate">{excerptOf(event).before}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </>
  );
}
