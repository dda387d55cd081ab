import { expect, test } from "vitest";
import { mergeHead } from "./live-list.ts";

const page = (ids: string, nextCursor: string | null = "more") => ({ items: [...ids], nextCursor });
const merged = (known: ReturnType<typeof page>, head: ReturnType<typeof page>) => {
  const { items, nextCursor } = mergeHead(known, head, (id) => id);
  return [items.join(""), nextCursor];
};

test("new items come on top and the pages below stay", () => {
  expect(merged(page("dcba", "below"), page("fed"))).toEqual(["fedcba", "below"]);
});

test("an item that left the filter goes", () => {
  expect(merged(page("edcba", "below"), page("edb"))).toEqual(["edba", "below"]);
});

test("a list that fits in one page is that page", () => {
  expect(merged(page("cba"), page("dc", null))).toEqual(["dc", null]);
});

test("a page that shares nothing with the list starts it again", () => {
  expect(merged(page("cba", "below"), page("zyx", "under x"))).toEqual(["zyx", "under x"]);
});

test("a first page that covers the whole list brings its own cursor", () => {
  expect(merged(page("ba", "old"), page("dcba", "new"))).toEqual(["dcba", "new"]);
});
