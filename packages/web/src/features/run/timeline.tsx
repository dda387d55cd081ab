import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { formatDuration } from "../../components/duration.tsx";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import { axisTicks, type Timeline as TimelineData } from "./timeline-layout.ts";
import { TimelineLine } from "./timeline-line.tsx";
import styles from "./timeline.module.css";

interface TimelineProps {
  timeline: TimelineData;
  selected: string;
  onSelect: (key: string) => void;
}

const rowHeight = 32;

/** A waterfall: a line per step, with its attempts as bars on one axis of time. */
export function Timeline({ timeline, selected, onSelect }: TimelineProps) {
  const { rows, spanMs } = timeline;
  const list = useRef<HTMLDivElement>(null);
  const margin = useScrollMargin(list);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: scrollArea,
    estimateSize: () => rowHeight,
    overscan: 20,
    scrollMargin: margin,
    scrollPaddingStart: 80,
    scrollPaddingEnd: 40,
  });
  const position = rows.findIndex((row) => row.key === selected);
  const chosen = useRef(selected);
  useEffect(() => {
    if (chosen.current === selected) return;
    chosen.current = selected;
    virtualizer.scrollToIndex(position, { align: "auto" });
  }, [selected, position, virtualizer]);
  return (
    <section className={styles["frame"]} aria-label="Timeline">
      <Axis spanMs={spanMs} />
      <div ref={list} className={styles["list"]} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <TimelineLine
                key={row.key}
                row={row}
                spanMs={spanMs}
                top={start - margin}
                isSelected={row.key === selected}
                onSelect={onSelect}
              />
            )
          );
        })}
      </div>
    </section>
  );
}

function Axis({ spanMs }: { spanMs: number }) {
  return (
    <div className={styles["axis"]} aria-hidden>
      <span className={styles["axisName"]}>Step</span>
      <span className={styles["track"]}>
        {axisTicks(spanMs).map((tick) => (
          <span key={tick} className={styles["tick"]} style={{ left: `${(100 * tick) / spanMs}%` }}>
            {tick === 0 ? "0" : formatDuration(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}
