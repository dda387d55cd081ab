import type { Thread } from "@flotilla/core";
import { ActionIcon, Group, TextInput } from "@mantine/core";
import { IconArchive, IconArchiveOff } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Cost } from "../../components/cost.tsx";
import { formatCount, formatPlural } from "../../components/count.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import styles from "./thread-header.module.css";

/** A conversation's title, which is a field, what it has cost, and where it goes when it is over. */
export function ThreadHeader({ thread }: { thread: Thread }) {
  const cache = useQueryClient();
  const canChange = useMay()("threads.write");
  const [draft, setDraft] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: (to: { title?: string; archived?: boolean }) =>
      client.threads.change(thread.id, to),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["threads"] }),
    onError: notifyError,
  });
  const rename = () => {
    const title = draft?.trim() ?? "";
    if (title !== "" && title !== thread.title) change.mutate({ title });
    setDraft(null);
  };
  const isArchived = thread.archivedAt !== null;
  return (
    <Group gap="sm" wrap="nowrap" className={styles["header"]}>
      <TextInput
        variant="unstyled"
        aria-label="Title"
        maxLength={200}
        readOnly={!canChange}
        value={draft ?? thread.title}
        classNames={{ input: styles["title"] ?? "" }}
        flex={1}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setDraft(null);
        }}
      />
      <span className="dimmed" style={{ fontSize: 12 }}>
        {formatPlural(thread.runs, "answer")} ·{" "}
        <span className="figure" title="Input and output tokens of the whole conversation">
          {formatCount(thread.inputTokens)} → {formatCount(thread.outputTokens)} tokens
        </span>{" "}
        · <Cost micros={thread.costMicros} />
      </span>
      {canChange && (
        <ActionIcon
          variant="subtle"
          aria-label={isArchived ? "Take back from the archive" : "Archive"}
          title={isArchived ? "Take back from the archive" : "Archive"}
          loading={change.isPending}
          onClick={() => change.mutate({ archived: !isArchived })}
        >
          {isArchived ? <IconArchiveOff size={16} /> : <IconArchive size={16} stroke={1.7} />}
        </ActionIcon>
      )}
    </Group>
  );
}
