import type { Event } from "@flotilla/core";
import { Button, Group, Select } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { formatCount, formatPlural } from "../../components/count.tsx";
import { FindField } from "../../components/find-field.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { saveFile } from "../../data/save-file.ts";
import { eventTypes } from "./event-text.ts";
import { readJournal } from "./read-journal.ts";

const route = getRouteApi("/runs/$runId");

interface JournalBarProps {
  events: readonly Event[];
  /** How many of them are shown. */
  shown: number;
}

/** By what the journal is narrowed, how much of it is shown, and all of it as a file. */
export function JournalBar({ events, shown }: JournalBarProps) {
  const { find, type } = route.useSearch();
  const navigate = route.useNavigate();
  const types = useMemo(() => eventTypes(events), [events]);
  const show = (change: { find?: string | undefined; type?: string | undefined }) =>
    void navigate({
      search: (old) => ({ ...old, ...change }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Group gap="xs" mb="sm">
      <FindField
        label="Events have"
        placeholder="Find in events"
        value={find}
        onChange={(next) => show({ find: next })}
      />
      <Select
        size="xs"
        aria-label="Event type"
        placeholder="Every type"
        classNames={{ input: "standing" }}
        w={210}
        clearable
        searchable
        value={type ?? null}
        onChange={(next) => show({ type: next ?? undefined })}
        data={types.map(([value, count]) => ({
          value,
          label: `${value} (${formatCount(count)})`,
        }))}
      />
      <span className="dimmed" role="status">
        {shown < events.length && `${formatCount(shown)} of `}
        {formatPlural(events.length, "event")}
        {hasGaps(events) && ", streamed pieces left out"}
      </span>
      <span style={{ flex: 1 }} />
      <JournalFile />
    </Group>
  );
}

/** Pieces of text that were told while a step was under way are gone once it has ended, and with them their numbers. */
function hasGaps(events: readonly Event[]): boolean {
  const [first, last] = [events[0], events.at(-1)];
  return first !== undefined && last !== undefined && last.seq - first.seq >= events.length;
}

/** The journal as the database has it: also events that came since the page was opened. */
function JournalFile() {
  const { runId } = route.useParams();
  const save = useMutation({
    mutationFn: async () => {
      const journal = await readJournal((query) => client.runs.events(runId, query));
      saveFile(`${runId}.jsonl`, journal);
    },
    onError: notifyError,
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={14} />}
      loading={save.isPending}
      aria-label="Save the whole journal as JSONL"
      onClick={() => save.mutate()}
    >
      JSONL
    </Button>
  );
}
