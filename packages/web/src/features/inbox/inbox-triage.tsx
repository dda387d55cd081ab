import type { InboxItem } from "@flotilla/core";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { isTyping } from "../../app/use-shortcuts.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { InboxDetail } from "./inbox-detail.tsx";
import { InboxList } from "./inbox-list.tsx";
import { keyOf } from "./inbox-state.ts";
import styles from "./inbox-triage.module.css";

const route = getRouteApi("/inbox");

/** The list on the left, the chosen item on the right; keys go through it without a mouse. */
export function InboxTriage({ items }: { items: readonly InboxItem[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { current, index, select } = useCurrent(items);
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
    open: () =>
      detail.current
        ?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), button, [tabindex]")
        ?.focus(),
  });
  const marked = items.filter((item) => chosen.has(keyOf(item)));
  return (
    <>
      <BulkBar items={items} marked={marked} onMark={setChosen} />
      <div className={styles["split"]}>
        <InboxList
          items={items}
          current={current && keyOf(current)}
          chosen={chosen}
          onSelect={select}
          onToggle={toggle}
        />
        <div ref={detail}>{current && <InboxDetail key={keyOf(current)} item={current} />}</div>
      </div>
    </>
  );
}

/** The item of the address; when it has gone, the one that took its place. */
function useCurrent(items: readonly InboxItem[]) {
  const { item: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const [last, setLast] = useState(0);
  const found = items.findIndex((item) => keyOf(item) === wanted);
  const index = found >= 0 ? found : Math.min(last, items.length - 1);
  if (index !== last) setLast(index);
  const select = useCallback(
    (key: string) =>
      void navigate({
        search: (old) => ({ ...old, item: key }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  return { current: items[index], index, select };
}

interface TriageKeys {
  move: (by: number) => void;
  toggle: () => void;
  open: () => void;
}

function useTriageKeys({ move, toggle, open }: TriageKeys) {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isButton =
        event.target instanceof Element && event.target.closest("button, a") !== null;
      if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "x") toggle();
      else if (event.key === "Enter" && !isButton) open();
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
