import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type CSSProperties, type ReactNode } from "react";
import { scrollArea, useScrollMargin } from "./scroll-area.ts";
import styles from "./data-table.module.css";

export interface Column<T> {
  header: string;
  /** A CSS grid track: `96px`, `minmax(0, 2fr)`. */
  width: string;
  align?: "end";
  cell: (item: T) => ReactNode;
}

interface DataTableProps<T> {
  /** What the rows are, for screen readers. */
  label: string;
  columns: Column<T>[];
  /** undefined while the first page loads. */
  items: T[] | undefined;
  keyOf: (item: T) => string | number;
  /** Below it the table is scrolled sideways: `1180px`. Only on narrow screens. Default: 820px. */
  leastWidth?: string;
  /** Called when the end comes near; may be called often. */
  onEndNear?: () => void;
  /** Told which items are on screen. */
  onVisible?: (first: number, last: number) => void;
}

const rowHeight = 40;

/** A table of any length that scrolls with the page; only the rows on screen exist. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, items, keyOf, leastWidth, ...events } = props;
  const body = useRef<HTMLDivElement>(null);
  const margin = useScrollMargin(body);
  const virtualizer = useVirtualizer({
    count: items?.length ?? 0,
    getScrollElement: scrollArea,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => (items?.[index] ? keyOf(items[index]) : index),
  });
  const rows = virtualizer.getVirtualItems();
  useVisibleRange(rows[0]?.index, rows.at(-1)?.index, items?.length ?? 0, events);
  const tracks = {
    "--tracks": columns.map((column) => column.width).join(" "),
    ...(leastWidth !== undefined && { "--least-width": leastWidth }),
  } as CSSProperties;
  return (
    <div className={styles["frame"]} style={tracks}>
      <div role="table" aria-label={label} aria-rowcount={(items?.length ?? 0) + 1}>
        <div role="rowgroup" className={styles["head"]}>
          <div role="row" aria-rowindex={1} className={styles["row"]}>
            {columns.map((column) => (
              <div key={column.header} role="columnheader" data-align={column.align}>
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={body}
          className={styles["body"]}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {rows.map(({ key, index, start }) => (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              className={styles["row"]}
              style={{ transform: `translateY(${start - margin}px)` }}
            >
              {columns.map((column) => (
                <div key={column.header} role="cell" data-align={column.align}>
                  {items?.[index] !== undefined && column.cell(items[index])}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
      {!items && <SkeletonRows />}
    </div>
  );
}

function useVisibleRange(
  first: number | undefined,
  last: number | undefined,
  count: number,
  { onEndNear, onVisible }: Pick<DataTableProps<never>, "onEndNear" | "onVisible">,
) {
  useEffect(() => {
    if (first === undefined || last === undefined) return;
    onVisible?.(first, last);
    if (last >= count - 20) onEndNear?.();
  }, [first, last, count, onEndNear, onVisible]);
}

function SkeletonRows() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={styles["skeleton"]}>
          <Skeleton height={12} width={`${70 - ((index * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  );
}
