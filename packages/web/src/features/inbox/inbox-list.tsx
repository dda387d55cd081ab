import type { InboxItem } from "@flotilla/core";
import { Checkbox } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import { formatPlural } from "../../components/count.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { kindIcons, kindWords } from "../interrupt/kind-words.ts";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { keyOf } from "./inbox-state.ts";
import { ExpiresIn } from "./expires-in.tsx";
import styles from "./inbox-list.module.css";

interface InboxListProps {
  items: readonly InboxItem[];
  current: string | undefined;
  chosen: ReadonlySet<string>;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
}

const lineHeight = 64;

/** What waits, the oldest first; only what is on screen exists. */
export function InboxList({ items, current, chosen, onSelect, onToggle }: InboxListProps) {
  const box = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeight,
    overscan: 10,
    getItemKey: (index) => (items[index] ? keyOf(items[index]) : index),
  });
  const place = items.findIndex((item) => keyOf(item) === current);
  useEffect(() => {
    if (place < 0) return;
    virtualizer.scrollToIndex(place, { align: "auto" });
    // Whoever goes through the list by keyboard stays at the line that is looked at.
    const { activeElement } = document;
    if (activeElement !== document.body && !box.current?.contains(activeElement)) return;
    const frame = requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>("button[aria-current]")?.focus(),
    );
    return () => cancelAnimationFrame(frame);
  }, [place, virtualizer]);
  const nameOf = useMemberNames();
  return (
    <div ref={box} className={styles["box"]} tabIndex={-1}>
      <ul
        className={styles["list"]}
        style={{ height: virtualizer.getTotalSize() }}
        aria-label="What waits"
      >
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const item = items[index];
          return (
            item && (
              <InboxLine
                key={key}
                item={item}
                top={start}
                isCurrent={keyOf(item) === current}
                assignedTo={item.assignee === null ? undefined : nameOf(item.assignee)}
                isChosen={chosen.has(keyOf(item))}
                onSelect={onSelect}
                onToggle={onToggle}
              />
            )
          );
        })}
      </ul>
    </div>
  );
}

interface InboxLineProps {
  item: InboxItem;
  top: number;
  /** The name of the one who alone may answer. */
  assignedTo: string | undefined;
  isCurrent: boolean;
  isChosen: boolean;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
}

const InboxLine = memo(function InboxLine(props: InboxLineProps) {
  const { item, top, assignedTo, isCurrent, isChosen, onSelect, onToggle } = props;
  const { kind, prompt, tool, agentName, raisedAt, expiresAt, comments } = item;
  const Icon = kindIcons[kind];
  const key = keyOf(item);
  return (
    <li
      className={styles["line"]}
      style={{ transform: `translateY(${top}px)` }}
      data-current={isCurrent}
    >
      <Checkbox
        size="xs"
        aria-label={`Choose: ${prompt.slice(0, 80)}`}
        checked={isChosen}
        onChange={() => onToggle(key)}
      />
      <button
        type="button"
        className={styles["open"]}
        aria-current={isCurrent ? "true" : undefined}
        onClick={() => onSelect(key)}
      >
        <span className={styles["prompt"]}>
          <Icon size={14} stroke={1.7} aria-hidden data-tone="waiting" />
          <span className="truncate">{prompt}</span>
        </span>
        <span className={styles["facts"]}>
          <span className="truncate">
            {kindWords[kind]} · {agentName}
            {tool && ` · ${tool}`}
            {assignedTo && ` · for ${assignedTo}`}
            {comments > 0 && ` · ${formatPlural(comments, "comment")}`}
          </span>
          <span>
            <RelativeTime at={raisedAt} />
            {expiresAt && <ExpiresIn at={expiresAt} />}
          </span>
        </span>
      </button>
    </li>
  );
});
