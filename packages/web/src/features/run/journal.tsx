import type { Event } from "@flotilla/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { formatDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import { eventGist } from "./event-gist.ts";
import styles from "./journal.module.css";

/** Every event of the run, by sequence number. Gaps are deltas of steps that completed. */
export function Journal({ events }: { events: readonly Event[] }) {
  const list = useRef<HTMLOListElement>(null);
  const margin = useScrollMargin(list);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const virtualizer = useVirtualizer({
    count: events.length,
    getScrollElement: scrollArea,
    estimateSize: () => 32,
    overscan: 20,
    scrollMargin: margin,
    getItemKey: (index) => events[index]?.seq ?? index,
  });
  const toggle = (seq: number) =>
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });
  const origin = Date.parse(events[0]?.at ?? "");
  return (
    <ol ref={list} className={styles["list"]} style={{ height: virtualizer.getTotalSize() }}>
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
            <button
              type="button"
              className={styles["line"]}
              aria-expanded={open.has(event.seq)}
              onClick={() => toggle(event.seq)}
            >
              <span className={styles["seq"]}>{event.seq}</span>
              <span className={styles["offset"]} title={event.at}>
                +{formatDuration(Date.parse(event.at) - origin)}
              </span>
              <span className={styles["type"]}>{event.type}</span>
              <span className="mono dimmed truncate">{eventGist(event)}</span>
            </button>
            {open.has(event.seq) && (
              <div className={styles["json"]}>
                <JsonView value={event} />
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
