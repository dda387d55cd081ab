import type { Budget } from "@flotilla/core";

/** How much of a budget is spent: `<1%`, `38%`; `100%` and more only once all of it is. */
export function spentPercent({
  spentMicros,
  limitMicros,
}: Pick<Budget, "spentMicros" | "limitMicros">): string {
  if (spentMicros === 0) return "0%";
  const percent = Math.round((100 * spentMicros) / Math.max(1, limitMicros));
  if (percent === 0) return "<1%";
  return `${spentMicros < limitMicros ? Math.min(99, percent) : percent}%`;
}
