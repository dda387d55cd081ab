import type { JsonPathQuery } from "jsonpath-rfc9535/parser";
import type { Json } from "./json.ts";

/** Gives the values that a path leads to, in no order; undefined when looking would take too many steps. */
export type JsonPath = (value: Json) => Json[] | undefined;

type Segment = JsonPathQuery["segments"][number];
type Selector = Exclude<Segment["node"], { type: "BracketedSelection" }> | Bracketed;
type Bracketed = Extract<Segment["node"], { type: "BracketedSelection" }>["selectors"][number];

/** Values that one look may touch: what is asked about is small, and a model writes what is looked at. */
const mostSteps = 20_000;

/**
 * A path of RFC 9535 without filters, which would need bounds of their own (`match` takes patterns that can run
 * for ever). Own properties only: a path to `__proto__` finds what the JSON holds by that name, or nothing.
 *
 * Throws an error that says what is wrong with the path.
 *
 * @param parse of `jsonpath-rfc9535/parser`
 */
export function compileJsonPath(path: string, parse: (path: string) => JsonPathQuery): JsonPath {
  const segments = parse(path).segments.map(({ type, node }) => ({
    isDeep: type === "DescendantSegment",
    selectors: (node.type === "BracketedSelection" ? node.selectors : [node]) as Selector[],
  }));
  if (segments.some(({ selectors }) => selectors.some(({ type }) => type === "FilterSelector"))) {
    throw new Error("filters (?) are not taken: write a condition for what they test");
  }
  return (value) => {
    const left = { steps: mostSteps };
    let found: Json[] = [value];
    for (const { isDeep, selectors } of segments) {
      const from = isDeep ? withDescendants(found, left) : found;
      found = from.flatMap((one) => selectors.flatMap((selector) => select(one, selector, left)));
      left.steps -= from.length + found.length;
      if (left.steps < 0) return undefined;
    }
    return found;
  };
}

function withDescendants(values: readonly Json[], left: { steps: number }): Json[] {
  const all: Json[] = [];
  const open = [...values];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    left.steps -= 1;
    if (left.steps < 0) return all;
    all.push(one);
    if (typeof one !== "object" || one === null) continue;
    const below = Object.values(one);
    if (below.length > left.steps) left.steps = -1;
    else for (const child of below) open.push(child);
  }
  return all;
}

function select(value: Json, selector: Selector, left: { steps: number }): Json[] {
  if (left.steps < 0 || typeof value !== "object" || value === null) return [];
  switch (selector.type) {
    case "MemberNameShorthand":
    case "NameSelector":
      if (Array.isArray(value) || !Object.hasOwn(value, selector.value)) return [];
      return [value[selector.value] as Json];
    case "WildcardSelector": {
      const all = Object.values(value);
      left.steps -= all.length;
      return all;
    }
    case "IndexSelector": {
      if (!Array.isArray(value)) return [];
      const one = value.at(selector.value);
      return one === undefined ? [] : [one];
    }
    case "SliceSelector":
      return Array.isArray(value) ? slice(value, selector) : [];
    case "FilterSelector":
      return [];
  }
}

/** The slice of RFC 9535, section 2.3.4.2.2. */
function slice(
  list: Json[],
  { start, end, step }: { start: number | null; end: number | null; step: number | null },
): Json[] {
  const by = step ?? 1;
  if (by === 0) return [];
  const length = list.length;
  const placed = (at: number | null, otherwise: number) => {
    if (at === null) return otherwise;
    return at < 0 ? length + at : at;
  };
  const within = (at: number, low: number, high: number) => Math.min(Math.max(at, low), high);
  const found: Json[] = [];
  if (by > 0) {
    const last = within(placed(end, length), 0, length);
    for (let at = within(placed(start, 0), 0, length); at < last; at += by) {
      found.push(list[at] as Json);
    }
    return found;
  }
  const last = within(placed(end, -length - 1), -1, length - 1);
  for (let at = within(placed(start, length - 1), -1, length - 1); at > last; at += by) {
    found.push(list[at] as Json);
  }
  return found;
}
