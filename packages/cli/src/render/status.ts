import type { BatchStatus, RunStatus } from "@flotilla/core";
import type { Paint, Style } from "../terminal.ts";

const styles: Readonly<Partial<Record<RunStatus | BatchStatus, Style>>> = {
  running: "cyan",
  waiting: "yellow",
  paused: "yellow",
  completed: "green",
  failed: "red",
  cancelled: "dim",
};

/** The status word in its colour; the same colours everywhere. */
export function statusWord(status: RunStatus | BatchStatus, paint: Paint): string {
  const style = styles[status];
  return style ? paint(style, status) : status;
}
