import type { Page } from "@flotilla/api";

/**
 * A list, newest first, whose first page was read again: what is new comes on top, what
 * changed is replaced, what left the filter goes. The pages below stay as they were.
 *
 * When the new page shares nothing with the list, more has happened than one page holds;
 * the list then starts again from it, without a gap in the middle.
 */
export function mergeHead<T>(known: Page<T>, head: Page<T>, idOf: (item: T) => string): Page<T> {
  if (head.nextCursor === null) return head;
  const fresh = new Set(head.items.map(idOf));
  const lastShared = known.items.findLastIndex((item) => fresh.has(idOf(item)));
  if (lastShared < 0) return head;
  const below = known.items.slice(lastShared + 1);
  if (below.length === 0) return head;
  return { items: [...head.items, ...below], nextCursor: known.nextCursor };
}

/** Whether more is new than the first page holds, so that it does not join on to the list. */
export function isGap<T>(known: Page<T>, head: Page<T>, idOf: (item: T) => string): boolean {
  if (head.nextCursor === null || known.items.length === 0) return false;
  const have = new Set(known.items.map(idOf));
  return !head.items.some((item) => have.has(idOf(item)));
}
