import { FlotillaError } from "@flotilla/core";

/** `2-4,7` as the numbers it names, in order, of those from 1 to `last`. Throws `tool_input_invalid`. */
export function numbersIn(range: string, last: number): number[] {
  const chosen = new Set<number>();
  for (const piece of range.split(",")) {
    const { from, to } = rangeOf(piece);
    for (let at = from; at <= Math.min(to, last); at++) chosen.add(at);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

/** `3`, `3-7` or `3-`. Throws `tool_input_invalid`. */
export function rangeOf(text: string): { from: number; to: number } {
  const [, first, dash, second] = /^\s*(\d{1,7})\s*(-?)\s*(\d{1,7})?\s*$/.exec(text) ?? [];
  const from = Number(first);
  const to = second !== undefined ? Number(second) : dash ? Infinity : from;
  const isRange = first !== undefined && from >= 1 && to >= from && (dash || second === undefined);
  if (isRange) return { from, to };
  throw new FlotillaError("tool_input_invalid", `"${text.slice(0, 50)}" is no range.`, {
    remedy: 'Write a number or a range, such as "3", "3-7" or "3-"; parts also as "1,4-6".',
  });
}
