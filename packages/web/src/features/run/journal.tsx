import type { Event } from "@flotilla/core";
import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { findEvents } from "./event-text.ts";
import { JournalBar } from "./journal-bar.tsx";
import { JournalList } from "./journal-list.tsx";
import { useListKeys } from "./use-list-keys.ts";

const route = getRouteApi("/runs/$runId");

/**
 * Every event of the run, by sequence number; gaps are deltas of steps that completed. The address says what
 * is looked for, and which event is looked at: that one is unfolded at first.
 */
export function Journal({ events }: { events: readonly Event[] }) {
  const { find, type, event: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const shown = useMemo(() => findEvents(events, { find, type }), [events, find, type]);
  const seqs = useMemo(() => shown.map(({ seq }) => seq), [shown]);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(chosen ? [chosen] : []));
  const choose = useCallback(
    (seq: number) =>
      void navigate({
        search: (old) => ({ ...old, event: seq }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const toggle = useCallback(
    (seq: number) => {
      setOpen((old) => {
        const next = new Set(old);
        if (!next.delete(seq)) next.add(seq);
        return next;
      });
      choose(seq);
    },
    [choose],
  );
  useListKeys(seqs, chosen, choose);
  return (
    <>
      <JournalBar events={events} shown={shown.length} />
      {shown.length === 0 ? (
        <Empty title="No event is like that">
          <Button
            variant="default"
            onClick={() =>
              void navigate({ search: (old) => ({ ...old, find: undefined, type: undefined }) })
            }
          >
            Show all events
          </Button>
        </Empty>
      ) : (
        <JournalList
          events={shown}
          origin={Date.parse(events[0]?.at ?? "")}
          find={find}
          open={open}
          chosen={chosen}
          onToggle={toggle}
        />
      )}
    </>
  );
}
