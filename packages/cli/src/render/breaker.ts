import type { BreakerState } from "@flotilla/core";
import type { Paint } from "../terminal.ts";

const colors = { closed: "green", half_open: "yellow", open: "red" } as const;

/** The state of a breaker, in its colour. */
export function breakerWord(state: BreakerState, paint: Paint): string {
  return paint(colors[state], state.replace("_", " "));
}
