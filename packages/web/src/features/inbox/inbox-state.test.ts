import type { InboxItem } from "@flotilla/core";
import { expect, test } from "vitest";
import { afterChanges, keyOf, likeIt, shownItems } from "./inbox-state.ts";

const item = (id: number, part: Partial<InboxItem> = {}) =>
  ({
    runId: `run_${id}`,
    interruptId: "int_1",
    kind: "approval",
    agentName: "clerk",
    raisedAt: new Date(id * 1_000).toISOString(),
    ...part,
  }) as InboxItem;

const change = (part: object) => ({ whole: false, items: [], gone: [], ...part });
const everybody = () => true;

test("what comes is shown, what is answered goes, and a whole forgets the rest", () => {
  const first = afterChanges(new Map(), [change({ whole: true, items: [item(2), item(1)] })]);
  expect(shownItems(first, {}, everybody).map(({ runId }) => runId)).toEqual(["run_1", "run_2"]);
  const next = afterChanges(first, [change({ items: [item(3)], gone: [keyOf(item(1))] })]);
  expect(shownItems(next, {}, everybody).map(({ runId }) => runId)).toEqual(["run_2", "run_3"]);
  expect(first.size).toBe(2);
  expect(afterChanges(next, [change({ whole: true, items: [item(4)] })]).size).toBe(1);
});

test("a filter is about kind, agent and person", () => {
  const items = [item(1), item(2, { kind: "question" }), item(3, { agentName: "cook" })];
  const state = afterChanges(new Map(), [change({ whole: true, items })]);
  const runs = (filter: object, isMine = everybody as (one: InboxItem) => boolean) =>
    shownItems(state, filter, isMine).map(({ runId }) => runId);
  expect(runs({ kind: "question" })).toEqual(["run_2"]);
  expect(runs({ agent: "clerk" })).toEqual(["run_1", "run_2"]);
  expect(runs({}, ({ runId }) => runId === "run_3")).toEqual(["run_3"]);
});

test("what asks the same is of the same kind, agent and tool as any that is chosen", () => {
  const items = [item(1, { tool: "a" }), item(2, { tool: "a" }), item(3, { tool: "b" })];
  const alike = likeIt(items, [items[0] as InboxItem]);
  expect(alike.map(({ runId }) => runId)).toEqual(["run_1", "run_2"]);
  expect(likeIt(items, [])).toEqual([]);
});
