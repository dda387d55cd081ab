import type { DeadLetterQuery } from "@flotilla/api";
import type { DeadLetter } from "@flotilla/core";
import { Button, Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { LetterDetail } from "./letter-detail.tsx";
import styles from "./letter-list.module.css";

const route = getRouteApi("/dead-letters");
const idOf = (letter: DeadLetter) => letter.id;

interface LetterListProps {
  label: string;
  filter: Pick<DeadLetterQuery, "state" | "fingerprint" | "cause" | "agent">;
}

/** Letters, newest first; the chosen one is opened in its place. */
export function LetterList({ label, filter }: LetterListProps) {
  const { letter: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useLiveList({
    key: ["dead letters", filter],
    load: (page) => client.deadLetters.list({ ...page, ...filter }),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (!list.items)
    return <Skeleton height={60} role="status" aria-busy="true" aria-label="Loading" />;
  if (list.items.length === 0) {
    return <Empty title="No letters here">What is discarded is kept, and shown here.</Empty>;
  }
  const open = (id: string) =>
    void navigate({
      search: (old) => ({ ...old, letter: id === chosen ? undefined : id }),
      replace: true,
      resetScroll: false,
    });
  return (
    <ul className={styles["list"]} aria-label={label}>
      {list.items.map((letter) => (
        <li key={letter.id} className={styles["item"]}>
          <button
            type="button"
            className={styles["line"]}
            aria-expanded={letter.id === chosen}
            onClick={() => open(letter.id)}
          >
            <span className="mono">{nameOf(letter)}</span>
            <span>{letter.agentName}</span>
            <span className="dimmed truncate">
              {letter.discarded
                ? `${letter.discarded.by}: ${letter.discarded.reason}`
                : letter.error.message}
            </span>
            <span className="dimmed">
              <RelativeTime at={letter.at} />
            </span>
          </button>
          {letter.id === chosen && <LetterDetail letter={letter} />}
        </li>
      ))}
      {list.hasMore && (
        <li className={styles["more"]}>
          <Button size="compact-xs" variant="subtle" onClick={list.loadMore}>
            More letters
          </Button>
        </li>
      )}
    </ul>
  );
}

function nameOf({ runId, batchId, row }: DeadLetter): string {
  return runId ? shortId(runId) : `row ${row} of ${shortId(batchId ?? "")}`;
}
