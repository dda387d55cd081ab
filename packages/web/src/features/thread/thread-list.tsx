import type { Thread } from "@flotilla/core";
import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import styles from "./thread-list.module.css";

const idOf = (thread: Thread) => thread.id;

/** The conversations, those written to last first. */
export function ThreadList() {
  const [archived, setArchived] = useState(false);
  const key = useMemo(() => ["threads", "list", archived], [archived]);
  const list = useLiveList({
    key,
    load: ({ cursor }) =>
      client.threads.list({ archived, limit: 50, ...(cursor !== undefined && { cursor }) }),
    idOf,
  });
  return (
    <nav className={styles["list"]} aria-label="Conversations">
      <LinkButton
        variant="default"
        leftSection={<IconPlus size={14} />}
        to="/playground"
        search={{}}
      >
        New conversation
      </LinkButton>
      <SegmentedControl
        size="xs"
        aria-label="Which conversations"
        value={archived ? "archived" : "open"}
        onChange={(value) => setArchived(value === "archived")}
        data={[
          { value: "open", label: "Open" },
          { value: "archived", label: "Archived" },
        ]}
      />
      {list.error && !list.items && <ErrorPanel error={list.error} />}
      {list.items?.length === 0 && (
        <p className="dimmed">
          {archived ? "Nothing is archived." : "What you talk about here is kept."}
        </p>
      )}
      <ul className={styles["items"]}>
        {list.items?.map((thread) => (
          <li key={thread.id}>
            <Link
              className={styles["item"]}
              to="/playground/$threadId"
              params={{ threadId: thread.id }}
            >
              <span className="truncate">{thread.title || "Untitled"}</span>
              <span className="dimmed">
                {thread.agent ?? "no agent"} · <RelativeTime at={thread.updatedAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <Button size="compact-xs" variant="subtle" onClick={list.loadMore}>
          More
        </Button>
      )}
    </nav>
  );
}
