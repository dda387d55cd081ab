import { Buffer } from "node:buffer";
import type { Page } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";

/** The cursor of a list is the place of its last item, not to be read by callers. */
export function encodeCursor(place: string): string {
  return Buffer.from(place).toString("base64url");
}

/**
 * The place a cursor stands for; undefined without one. Throws `invalid_request`.
 *
 * @param shape what a place of this list looks like
 */
export function decodeCursor(cursor: string | undefined, shape: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const place = Buffer.from(cursor, "base64url").toString();
  if (shape.test(place)) return place;
  throw wrongCursor();
}

/** The parts of such a place, as the groups of its shape; none without a cursor. */
export function decodePlace(cursor: string | undefined, shape: RegExp): string[] {
  return shape.exec(decodeCursor(cursor, shape) ?? "")?.slice(1) ?? [];
}

function wrongCursor(): FlotillaError {
  return new FlotillaError("invalid_request", "The cursor is not one that this list gave out.", {
    remedy: "Pass the nextCursor of the page before, or none for the first page.",
  });
}

/**
 * A page of a list that is read as a whole, since it cannot be very long. Throws `invalid_request` when
 * the item of the cursor is gone.
 */
export function pageOfAll<T>(
  all: readonly T[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  placeOf: (item: T) => string,
): Page<T> {
  const place = decodeCursor(cursor, /^[^]+$/);
  const last = place === undefined ? -1 : all.findIndex((item) => placeOf(item) === place);
  if (place !== undefined && last < 0) throw wrongCursor();
  return pageOf(all.slice(last + 1, last + limit + 2), limit, placeOf);
}

/**
 * A page of at most `limit` items.
 *
 * @param found up to `limit + 1` items: one more tells that there is a next page
 */
export function pageOf<T>(found: T[], limit: number, placeOf: (item: T) => string): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor =
    found.length > limit && last !== undefined ? encodeCursor(placeOf(last)) : null;
  return { items, nextCursor };
}
