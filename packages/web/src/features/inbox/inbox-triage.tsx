import type { InboxItem } from "@flotilla/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { isTyping } from "../../app/use-shortcuts.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { InboxDetail } from "./inbox-detail.tsx";
import { InboxList } from "./inbox-list.tsx";
import { keyOf, likeIt } from "./inbox-state.ts";
import type { useTriageAnswers } from "./use-triage-answers.ts";
import styles from "./inbox-triage.module.css";

interface InboxTriageProps {
  items: readonly InboxItem[];
  /** The item of the address. */
  wanted: string | undefined;
  onSelect: (key: string) => void;
  answers: ReturnType<typeof useTriageAnswers>;
}

/** The list on the left, the chosen item on the right; keys go through it without a mouse. */
export function InboxTriage({ items, wanted, onSelect: select, answers }: InboxTriageProps) {
  const { answer, answerMany } = answers;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { current, index } = useCurrent(items, wanted);
  const detail = useRef<HTMLDivElement>(null);
  const toggle = useCallback(
    (key: string) =>
      setChosen((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  useTriageKeys({
    move: (by) => {
      const next = items[index + by];
      if (next) select(keyOf(next));
    },
    toggle: () => current && toggle(keyOf(current)),
    toggleAlike: () => current && setChosen(new Set(likeIt(items, [current]).map(keyOf))),
    open: () => focusIn(detail.current, "[data-part=answering]"),
    comment: () => focusIn(detail.current, "[aria-label=Comments]"),
  });
  const marked = items.filter((item) => chosen.has(keyOf(item)));
  return (
    <>
      <BulkBar items={items} marked={marked} onMark={setChosen} onAnswer={answerMany} />
      <div className={styles["split"]}>
        <InboxList
          items={items}
          current={current && keyOf(current)}
          chosen={chosen}
          onSelect={select}
          onToggle={toggle}
        />
        <div ref={detail}>
          {current && (
            <InboxDetail
              key={keyOf(current)}
              item={current}
              onAnswer={(given) => answer(current, given)}
            />
          )}
        </div>
      </div>
    </>
  );
}

/**
 * The item of the address; when it has gone, what its run asks instead (an edited plan is asked about anew), or else
 * the one that took its place.
 */
function useCurrent(items: readonly InboxItem[], wanted: string | undefined) {
  const [last, setLast] = useState(0);
  const found = items.findIndex((item) => keyOf(item) === wanted);
  const runId = wanted?.split(" ")[0];
  const instead = items.findIndex((item) => item.runId === runId);
  const near = Math.max(0, Math.min(last, items.length - 1));
  const index = found >= 0 ? found : instead >= 0 ? instead : near;
  if (index !== last) setLast(index);
  return { current: items[index], index };
}

function focusIn(detail: HTMLElement | null, part: string): void {
  detail
    ?.querySelector(part)
    ?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), button")
    ?.focus();
}

interface TriageKeys {
  move: (by: number) => void;
  toggle: () => void;
  toggleAlike: () => void;
  open: () => void;
  comment: () => void;
}

function useTriageKeys({ move, toggle, toggleAlike, open, comment }: TriageKeys) {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { target } = event;
      const isButton =
        target instanceof Element && target.closest("button:not([aria-current]), a") !== null;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "x") toggle();
      else if (event.key === "X") toggleAlike();
      else if (event.key === "c") comment();
      else if (event.key === "Enter" && !isButton) open();
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
