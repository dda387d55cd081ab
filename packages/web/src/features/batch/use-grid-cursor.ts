import { useEffect, useState, type RefObject } from "react";
import type { GridLayout } from "./grid-layout.ts";

interface GridCursorOptions {
  /** Stands in the element that has the keyboard. */
  canvas: RefObject<HTMLCanvasElement | null>;
  layout: GridLayout;
  rows: number;
  onOpen: (row: number) => void;
}

/** The row where the keyboard is: arrows, Home and End move it, Enter opens it. undefined: it is elsewhere. */
export function useGridCursor({ canvas, layout, rows, onOpen }: GridCursorOptions) {
  const [current, setCurrent] = useState<number>();
  useEffect(() => {
    const grid = canvas.current?.parentElement;
    if (!grid) return;
    const onKey = (event: KeyboardEvent) => {
      const by = steps(layout)[event.key];
      if (by !== undefined) {
        event.preventDefault();
        setCurrent(current === undefined ? 1 : clamp(current + by, rows));
      } else if (event.key === "Enter" && current !== undefined) {
        onOpen(current);
      }
    };
    const onLeave = () => setCurrent(undefined);
    grid.addEventListener("keydown", onKey);
    grid.addEventListener("blur", onLeave);
    return () => {
      grid.removeEventListener("keydown", onKey);
      grid.removeEventListener("blur", onLeave);
    };
  }, [canvas, current, layout, rows, onOpen]);
  return current;
}

function steps({ columns }: GridLayout): Record<string, number> {
  const whole = Number.MAX_SAFE_INTEGER;
  const sideways = { ArrowLeft: -1, ArrowRight: 1 };
  return { ...sideways, ArrowUp: -columns, ArrowDown: columns, Home: -whole, End: whole };
}

function clamp(row: number, rows: number): number {
  return Math.min(rows, Math.max(1, row));
}
