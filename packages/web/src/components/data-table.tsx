import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type ReactNode,
  type RefObject,
} from "react";
import { usePreferences } from "../data/preferences.ts";
import { fittingColumns, neededWidth, type FittingColumn } from "./fitting-columns.ts";
import { scrollArea, useScrollMargin } from "./scroll-area.ts";
import styles from "./data-table.module.css";

export interface Column<T> extends FittingColumn {
  header: string;
  /** What a short header stands for, on hover. */
  about?: string;
  /** The cells say by themselves what they are; the header is for screen readers. */
  isHeaderHidden?: boolean;
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
  /** Called when the end comes near; may be called often. */
  onEndNear?: () => void;
  /** Told which items are on screen. */
  onVisible?: (first: number, last: number) => void;
}

/** As the reader likes it, in pixels. */
const rowHeights = { comfortable: 40, compact: 32 } as const;

/**
 * A table of any length that scrolls with the page; only the rows on screen exist. Where there is no room for all
 * columns some go. On a telephone, and where those that stay have no room, it is scrolled sideways.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns: all, items, keyOf, ...events } = props;
  const frame = useRef<HTMLDivElement>(null);
  const { room, isPhone } = useRoom(frame);
  const columns = isPhone ? all : fittingColumns(all, room);
  const needed = neededWidth(columns);
  const body = useRef<HTMLDivElement>(null);
  const margin = useScrollMargin(body);
  const rowHeight = rowHeights[usePreferences()?.density ?? "comfortable"];
  const virtualizer = useVirtualizer({
    count: items?.length ?? 0,
    getScrollElement: scrollArea,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => (items?.[index] ? keyOf(items[index]) : index),
  });
  const rows = virtualizer.getVirtualItems();
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);
  useSteadyRows(items, keyOf, { margin, rowHeight });
  useVisibleRange(rows[0]?.index, rows.at(-1)?.index, items?.length ?? 0, events);
  const tracks = {
    "--row-height": `${rowHeight}px`,
    "--tracks": columns.map((column) => column.width).join(" "),
    "--least-width": `${needed}px`,
  } as CSSProperties;
  return (
    <div
      ref={frame}
      className={styles["frame"]}
      style={tracks}
      {...(needed > room && { "data-wide": true, tabIndex: 0 })}
    >
      <div role="table" aria-label={label} aria-rowcount={(items?.length ?? 0) + 1}>
        <HeadRow columns={columns} />
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
              <Cells columns={columns} item={items?.[index]} />
            </div>
          ))}
        </div>
      </div>
      {!items && <SkeletonRows />}
    </div>
  );
}

function Cells<T>({ columns, item }: { columns: readonly Column<T>[]; item: T | undefined }) {
  return columns.map((column) => (
    <div key={column.header} role="cell" data-align={column.align}>
      {item !== undefined && column.cell(item)}
    </div>
  ));
}

function HeadRow<T>({ columns }: Pick<DataTableProps<T>, "columns">) {
  return (
    <div role="rowgroup" className={styles["head"]}>
      <div role="row" aria-rowindex={1} className={styles["row"]}>
        {columns.map((column) => (
          <div
            key={column.header}
            role="columnheader"
            title={column.about}
            data-align={column.align}
          >
            {column.isHeaderHidden ? (
              <VisuallyHidden>{column.header}</VisuallyHidden>
            ) : (
              column.header
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

/** How much room an element has across, in pixels, and whether it is on a telephone's screen; kept up to date. */
function useRoom(ref: RefObject<HTMLElement | null>) {
  const [room, setRoom] = useState(Number.POSITIVE_INFINITY);
  const isPhone = useMediaQuery("(max-width: 800px)", false, { getInitialValueInEffect: false });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setRoom(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return { room, isPhone };
}

/** What comes on top while somebody reads further down moves nothing of what he reads. */
function useSteadyRows<T>(
  items: readonly T[] | undefined,
  keyOf: (item: T) => string | number,
  { margin, rowHeight }: { margin: number; rowHeight: number },
) {
  const before = useRef(items);
  useLayoutEffect(() => {
    const area = scrollArea();
    const [old, now] = [before.current, items];
    before.current = items;
    if (!area || !old || !now || old === now) return;
    const top = Math.floor((area.scrollTop - margin) / rowHeight);
    const read = old[top];
    if (top < 1 || read === undefined) return;
    const key = keyOf(read);
    const place = now.findIndex((item) => keyOf(item) === key);
    if (place > top) area.scrollTop += (place - top) * rowHeight;
  }, [items, keyOf, margin, rowHeight]);
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
