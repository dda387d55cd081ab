import type { Thread } from "@flotilla/core";
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconColumns, IconPlus, IconSearch } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import styles from "./thread-list.module.css";

const idOf = (thread: Thread) => thread.id;
/** From the last key until it is looked for, in milliseconds. */
const typingMs = 250;

/** The conversations, those written to last first; the address keeps what was looked for. */
export function ThreadList() {
  const { q = "", archived = false } = useSearch({ strict: false });
  const [typed, setTyped] = useState(q);
  const navigate = useNavigate();
  const may = useMay();
  const search = q.trim();
  const key = useMemo(() => ["threads", "list", archived, search], [archived, search]);
  const list = useLiveList({
    key,
    load: ({ cursor }) =>
      client.threads.list({
        archived,
        limit: 50,
        ...(search !== "" && { search }),
        ...(cursor !== undefined && { cursor }),
      }),
    idOf,
  });
  const filter = (change: { q?: string | undefined; archived?: boolean | undefined }) =>
    void navigate({ to: ".", search: (old) => ({ ...old, ...change }), replace: true });
  const look = useDebouncedCallback((text: string) => filter({ q: text || undefined }), typingMs);
  return (
    <nav className={styles["list"]} aria-label="Conversations">
      {may("agents.run") && <Beginnings />}
      <TextInput
        size="xs"
        type="search"
        aria-label="Search the conversations"
        placeholder="Search what was said"
        leftSection={<IconSearch size={13} />}
        value={typed}
        onChange={({ currentTarget: { value } }) => {
          setTyped(value);
          look(value);
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label="Which conversations"
        value={archived ? "archived" : "open"}
        onChange={(value) => filter({ archived: value === "archived" || undefined })}
        data={[
          { value: "open", label: "Open" },
          { value: "archived", label: "Archived" },
        ]}
      />
      {list.error && !list.items && <ErrorPanel error={list.error} />}
      {list.items?.length === 0 && <p className="dimmed">{nothing(search, archived)}</p>}
      <Items threads={list.items ?? []} />
      {list.hasMore && (
        <Button size="compact-xs" variant="subtle" onClick={list.loadMore}>
          More
        </Button>
      )}
    </nav>
  );
}

function Items({ threads }: { threads: readonly Thread[] }) {
  return (
    <ul className={styles["items"]}>
      {threads.map((thread) => (
        <li key={thread.id}>
          <Link
            className={styles["item"]}
            to="/playground/$threadId"
            params={{ threadId: thread.id }}
            search={(old: { q?: string; archived?: boolean }) => ({
              q: old.q,
              archived: old.archived,
            })}
          >
            <span className="truncate">{thread.title || "Untitled"}</span>
            <span className="dimmed">
              {thread.agent ?? "no agent"} · <RelativeTime at={thread.updatedAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Beginnings() {
  return (
    <div className={styles["begin"]}>
      <LinkButton
        variant="default"
        leftSection={<IconPlus size={14} />}
        to="/playground"
        search={{}}
      >
        New conversation
      </LinkButton>
      <LinkButton
        variant="default"
        px={8}
        to="/playground/compare"
        search={{}}
        aria-label="Compare agents or models"
        title="Compare agents or models side by side"
      >
        <IconColumns size={14} />
      </LinkButton>
    </div>
  );
}

function nothing(search: string, archived: boolean): string {
  if (search !== "") return "Nobody said that. Titles and messages are looked through.";
  return archived ? "Nothing is archived." : "What you talk about here is kept.";
}
