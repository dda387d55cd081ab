import type { Json } from "./json.ts";

/**
 * The one text of a JSON value: no spaces, the keys of every object in one order whatever order
 * they were given in, what is undefined left out. Two values have the same text just when they are
 * equal, so its hash can name the value.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isObject(part) ? sorted(part) : part));
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(object: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))),
  );
}
