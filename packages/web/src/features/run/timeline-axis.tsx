import { useRef, useState, type PointerEvent, type RefObject } from "react";
import { formatDuration, formatRoundDuration } from "../../components/duration.tsx";
import { lateFrom, type Stretch, type TimeScale } from "./time-scale.ts";
import { windowOf, type Zoomable } from "./zoom-window.ts";
import styles from "./timeline.module.css";

interface TimelineAxisProps {
  zoomable: Zoomable;
  /** Its part that the bars stand below. */
  track: RefObject<HTMLSpanElement | null>;
  onZoom: (window: Stretch | undefined) => void;
}

/** A drag shorter than that is a click. */
const leastPart = 0.01;

/** The time above the bars; a stretch of it that is dragged over is what is looked at next. Buttons do the same. */
export function TimelineAxis({ zoomable, track, onZoom }: TimelineAxisProps) {
  const began = useRef<number>(undefined);
  const [range, setRange] = useState<[from: number, to: number] | null>(null);
  const placeOf = ({ clientX, currentTarget }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / width));
  };
  const begin = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    began.current = placeOf(event);
  };
  const go = (event: PointerEvent<HTMLElement>) => {
    if (began.current !== undefined) setRange([began.current, placeOf(event)]);
  };
  const end = () => {
    began.current = undefined;
    setRange(null);
    if (!range || Math.abs(range[1] - range[0]) < leastPart) return;
    onZoom(windowOf(zoomable, ...range));
  };
  return (
    <div className={styles["axis"]} aria-hidden>
      <span className={styles["axisName"]}>Step</span>
      <span
        ref={track}
        className={styles["track"]}
        data-axis
        title="Drag over a stretch of time to look at it alone"
        onPointerDown={begin}
        onPointerMove={go}
        onPointerUp={end}
        onPointerCancel={end}
      >
        {zoomable.scale.ticks.map(({ ms, at }) => (
          <span
            key={ms}
            className={styles["tick"]}
            data-late={at > lateFrom || undefined}
            style={{ left: `${100 * at}%` }}
          >
            {(at <= lateFrom || zoomable.scale.cuts.some(({ endMs }) => endMs === ms)) &&
              (ms === 0 ? "0" : formatRoundDuration(ms))}
          </span>
        ))}
        {zoomable.scale.cuts.map((cut) => (
          <CutMark key={cut.startMs} cut={cut} scale={zoomable.scale} />
        ))}
        {range && <span className={styles["range"]} style={rangeStyle(range)} />}
      </span>
    </div>
  );
}

/** Where the axis is broken: the pause there took longer than it looks. */
function CutMark({ cut: { startMs, endMs }, scale }: { cut: Stretch; scale: TimeScale }) {
  return (
    <span
      className={styles["cut"]}
      style={{ left: `${50 * (scale.at(startMs) + scale.at(endMs))}%` }}
      title={`${formatDuration(endMs - startMs)} in which nothing happened, shown shorter`}
    />
  );
}

function rangeStyle([one, other]: [number, number]) {
  return {
    left: `${100 * Math.min(one, other)}%`,
    width: `${100 * Math.abs(other - one)}%`,
  };
}
