import { useEffect } from "react";
import { isTyping } from "../../app/use-shortcuts.ts";

/** j and k, as in lists everywhere: to the next item, and to the one before. Without a choice j goes to the first. */
export function useListKeys<Key extends string | number>(
  keys: readonly Key[],
  current: Key | undefined,
  select: (key: Key) => void,
) {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const by = { j: 1, k: -1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = current === undefined ? -1 : keys.indexOf(current);
      const next = keys[place + by];
      if (next !== undefined) select(next);
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [keys, current, select]);
}
