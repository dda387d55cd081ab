import type { Event } from "@flotilla/core";
import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type RefObject } from "react";
import { isTyping } from "../../app/use-shortcuts.ts";
import { formatDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import { excerptOf } from "./event-text.ts";
import styles from "./journal.module.css";

interface JournalListProps {
  events: readonly Event[];
  /** When the run was made, in Unix milliseconds. */
  origin: number;
  /** What is looked for in them. */
  find: string | undefined;
  /** Sequence numbers of those that are unfolded. */
  open: ReadonlySet<number>;
  /** The one that is looked at. */
  chosen: number | undefined;
  onToggle: (seq: number) => void;
}

/** Events as lines, of which one unfolds to its JSON. Only those on screen exist. */
export function JournalList(props: JournalListProps) {
  const { events, origin, find, open, chosen, onToggle } = props;
  const list = useRef<HTMLOListElement>(null);
  const margin = useScrollMargin(list);
  const virtualizer = useVirtualizer({
    count: events.length,
    getScrollElement: scrollArea,
    estimateSize: () => 32,
    overscan: 20,
    scrollMargin: margin,
    scrollPaddingStart: 60,
    scrollPaddingEnd: 60,
    getItemKey: (index) => events[index]?.seq ?? index,
  });
  const place = events.findIndex(({ seq }) => seq === chosen);
  const reached = useRef<number>(undefined);
  useEffect(() => {
    if (place < 0 || margin === 0 || reached.current === chosen) return;
    reached.current = chosen;
    virtualizer.scrollToIndex(place, { align: "auto" });
  }, [place, chosen, margin, virtualizer]);
  useFocusOf(chosen, list);
  return (
    <ol
      ref={list}
      className={styles["list"]}
      style={{ height: virtualizer.getTotalSize() }}
      aria-label="Events"
    >
      {virtualizer.getVirtualItems().map(({ key, index, start }) => {
        const event = events[index];
        if (!event) return null;
        return (
          <li
            key={key}
            data-index={index}
            ref={virtualizer.measureElement}
            className={styles["item"]}
            style={{ transform: `translateY(${start - margin}px)` }}
          >
            <EventLine
              event={event}
              origin={origin}
              find={find}
              isOpen={open.has(event.seq)}
              isChosen={event.seq === chosen}
              onToggle={onToggle}
            />
          </li>
        );
      })}
    </ol>
  );
}

/** The line that was chosen last has the focus once it is there, so that Enter unfolds it; not while somebody types. */
function useFocusOf(chosen: number | undefined, list: RefObject<HTMLElement | null>) {
  const given = useRef<number>(undefined);
  useEffect(() => {
    if (chosen === undefined || given.current === chosen) return;
    const line = list.current?.querySelector<HTMLElement>(`[data-seq="${chosen}"]`);
    if (!line) return;
    given.current = chosen;
    if (!isTyping(document.activeElement)) line.focus({ preventScroll: true });
  });
}

interface EventLineProps {
  event: Event;
  origin: number;
  find: string | undefined;
  isOpen: boolean;
  isChosen: boolean;
  onToggle: (seq: number) => void;
}

function EventLine({ event, origin, find, isOpen, isChosen, onToggle }: EventLineProps) {
  const { before, found, after } = excerptOf(event, find);
  return (
    <>
      <button
        type="button"
        data-seq={event.seq}
        className={styles["line"]}
        aria-expanded={isOpen}
        aria-current={isChosen ? "true" : undefined}
        onClick={() => onToggle(event.seq)}
      >
        <span className={styles["seq"]}>{event.seq}</span>
        <span className={styles["offset"]} title={event.at}>
          +{formatDuration(Date.parse(event.at) - origin)}
        </span>
        <span className={styles["type"]}>{event.type}</span>
        <span className={`mono dimmed truncate ${styles["gist"]}`}>
          {before}
          {found && <mark className={styles["found"]}>{found}</mark>}
          {after}
        </span>
      </button>
      {isOpen && (
        <div className={styles["json"]}>
          <JsonView value={event} />
          <CopyEvent event={event} />
        </div>
      )}
    </>
  );
}

function CopyEvent({ event }: { event: Event }) {
  return (
    <CopyButton value={JSON.stringify(event, null, 2)}>
      {({ copied, copy }) => (
        <Button
          className={styles["copy"]}
          size="compact-xs"
          variant="default"
          leftSection={copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
          onClick={copy}
        >
          {copied ? "Copied" : "Copy as JSON"}
        </Button>
      )}
    </CopyButton>
  );
}
