import { useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

export const modKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

type Place =
  | "/"
  | "/playground"
  | "/inbox"
  | "/runs"
  | "/batches"
  | "/dead-letters"
  | "/agents"
  | "/tools"
  | "/models"
  | "/limits"
  | "/costs";

/** What `g` and then a letter goes to. */
const places: Record<string, Place> = {
  h: "/",
  p: "/playground",
  i: "/inbox",
  r: "/runs",
  b: "/batches",
  d: "/dead-letters",
  a: "/agents",
  t: "/tools",
  m: "/models",
  l: "/limits",
  c: "/costs",
};

/** How long the second key of a sequence may take. */
const sequenceMs = 1_200;

export const shortcuts: [keys: string[], does: string][] = [
  [[modKey, "K"], "Search, go anywhere, start a run"],
  [["g", "h"], "Go to Home"],
  [["g", "p"], "Go to Playground"],
  [["g", "i"], "Go to Inbox"],
  [["g", "r"], "Go to Runs"],
  [["g", "b"], "Go to Batches"],
  [["g", "d"], "Go to Dead letters"],
  [["g", "a"], "Go to Agents"],
  [["g", "t"], "Go to Tools"],
  [["g", "m"], "Go to Models"],
  [["g", "l"], "Go to Limits"],
  [["g", "c"], "Go to Costs"],
  [["n"], "Start a run"],
  [["j"], "Next step or event of a run, or item of the inbox"],
  [["k"], "Previous step, event or item"],
  [["←"], "Run: one event back"],
  [["→"], "Run: one event on"],
  [["a"], "Inbox: approve what is shown"],
  [["e"], "Inbox: edit its arguments"],
  [["r"], "Inbox: reject it"],
  [["x"], "Inbox: choose it, to answer several"],
  [["X"], "Inbox: choose all that are like it"],
  [["c"], "Inbox: comment on it"],
  [["?"], "These shortcuts"],
];

export function useShortcuts(open: { openPalette: () => void; openHelp: () => void }) {
  const navigate = useNavigate();
  const pressedG = useRef(0);
  useHotkeys([["mod+K", open.openPalette]], []);
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const follows = Date.now() - pressedG.current < sequenceMs;
      pressedG.current = event.key === "g" ? Date.now() : 0;
      const place = places[event.key];
      if (follows && place) void navigate({ to: place });
      else if (event.key === "n") void navigate({ to: "/runs", search: { start: "" } });
      else if (event.key === "?") open.openHelp();
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/** Single keys belong to the field, the dialog or the control that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null
  );
}
