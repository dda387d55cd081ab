import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { formatRoundDuration } from "../../components/duration.tsx";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Timeline as TimelineData } from "./timeline-layout.ts";
import { TimelineLine } from "./timeline-line.tsx";
import styles from "./timeline.module.css";

interface TimelineProps {
  timeline: TimelineData;
  selected: string;
  /** Somebody chose that row, so it is brought into view. */
  isChosen: boolean;
  onSelect: (key: string) => void;
}

const rowHeight = 32;

/** A waterfall: a line per step, with its attempts as bars on one axis of time. */
export function Timeline({ timeline, selected, isChosen, onSelect }: TimelineProps) {
  const { rows, scale } = timeline;
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
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (!isChosen || margin === 0 || shown.current === selected) return;
    shown.current = selected;
    virtualizer.scrollToIndex(position, { align: "auto" });
  }, [isChosen, selected, position, margin, virtualizer]);
  return (
    <section className={styles["frame"]} aria-label="Timeline">
      <Axis scale={scale} />
      <div ref={list} className={styles["list"]} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <TimelineLine
                key={row.key}
                row={row}
                scale={scale}
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

function Axis({ scale }: { scale: TimeScale }) {
  return (
    <div className={styles["axis"]} aria-hidden>
      <span className={styles["axisName"]}>Step</span>
      <span className={styles["track"]}>
        {scale.ticks.map(({ ms, at }) => (
          <span key={ms} className={styles["tick"]} style={{ left: `${100 * at}%` }}>
            {ms === 0 ? "0" : formatRoundDuration(ms)}
          </span>
        ))}
      </span>
    </div>
  );
}
