import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type RefObject } from "react";
import { scrollArea, useScrollMargin } from "../../components/scroll-area.ts";
import { ChildToggle } from "./child-toggle.tsx";
import { TimelineAxis } from "./timeline-axis.tsx";
import { TimelineBar } from "./timeline-bar.tsx";
import { TimelineLine } from "./timeline-line.tsx";
import type { PlacedRow } from "./timeline-tree.ts";
import type { Unfolding } from "./use-unfolding.ts";
import type { Stretch, TimeScale } from "./time-scale.ts";
import { zoomed, type Zoomable } from "./zoom-window.ts";
import styles from "./timeline.module.css";

interface TimelineProps {
  /** Those of the window alone. */
  rows: readonly PlacedRow[];
  unfold: Unfolding;
  zoomable: Zoomable;
  /** The stretch that is looked at; undefined: all of it. */
  window: Stretch | undefined;
  selected: string;
  /** Somebody chose that row, so it is brought into view. */
  isChosen: boolean;
  onSelect: (key: string) => void;
  onZoom: (window: Stretch | undefined) => void;
}

const rowHeight = 32;

/** A waterfall: a line per step, with its attempts as bars on one axis of time. Only lines on screen exist. */
export function Timeline(props: TimelineProps) {
  const { rows, unfold, zoomable, window, selected, isChosen, onSelect, onZoom } = props;
  const list = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLElement>(null);
  const track = useRef<HTMLSpanElement>(null);
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
  const position = useMemo(
    () => rows.findIndex(({ row }) => row.key === selected),
    [rows, selected],
  );
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (!isChosen || margin === 0 || position < 0 || shown.current === selected) return;
    shown.current = selected;
    virtualizer.scrollToIndex(position, { align: "auto" });
  }, [isChosen, selected, position, margin, virtualizer]);
  useWheelZoom(frame, track, zoomable, onZoom);
  return (
    <div className={styles["frame"]}>
      <TimelineBar zoomable={zoomable} window={window} rows={rows} onZoom={onZoom} />
      <section ref={frame} aria-label="Timeline">
        <TimelineAxis zoomable={zoomable} track={track} onZoom={onZoom} />
        <div ref={list} className={styles["list"]} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const placed = rows[index];
            return (
              placed && (
                <PlacedLine
                  key={placed.row.key}
                  placed={placed}
                  scale={zoomable.scale}
                  top={start - margin}
                  isSelected={placed.row.key === selected}
                  unfold={unfold}
                  onSelect={onSelect}
                />
              )
            );
          })}
        </div>
      </section>
    </div>
  );
}

interface PlacedLineProps extends Pick<TimelineProps, "unfold" | "onSelect"> {
  placed: PlacedRow;
  scale: TimeScale;
  top: number;
  isSelected: boolean;
}

/** A line, and where another run does what it stands for, what unfolds that. */
function PlacedLine({ placed, scale, top, isSelected, unfold, onSelect }: PlacedLineProps) {
  const { row, depth, child, isCritical } = placed;
  return (
    <>
      <TimelineLine {...{ row, scale, top, depth, isSelected, isCritical }} onSelect={onSelect} />
      {child && (
        <ChildToggle
          child={child}
          isOpen={unfold.open.has(child.childId)}
          part={unfold.parts.get(child.childId)}
          top={top}
          depth={depth}
          onToggle={unfold.toggle}
        />
      )}
    </>
  );
}

/** How much nearer a turn of the wheel brings, by its length in pixels. */
const perPixel = 0.002;

/** Ctrl and the wheel, or two fingers on a trackpad: nearer and further, about the pointer. */
function useWheelZoom(
  frame: RefObject<HTMLElement | null>,
  track: RefObject<HTMLElement | null>,
  zoomable: Zoomable,
  onZoom: TimelineProps["onZoom"],
) {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      const axis = track.current?.getBoundingClientRect();
      if (!event.ctrlKey || !axis) return;
      event.preventDefault();
      const place = Math.max(0, Math.min(1, (event.clientX - axis.left) / axis.width));
      onZoom(zoomed(zoomable, Math.exp(event.deltaY * perPixel), place));
    };
    // React's own listeners are passive: they could not keep the browser from zooming the page.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [frame, track, zoomable, onZoom]);
}
