import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { runIn } from "../../test/sample-run.ts";

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened.drop());

test("the open interrupts of waiting runs are there, and no others", async () => {
  const { store } = opened;
  for (const status of ["pending", "running", "completed", "failed"] as const) {
    await runIn(store, status);
  }
  const [one, two] = [await runIn(store, "waiting"), await runIn(store, "waiting")];
  const all = await store.inbox.list(null);
  expect(all.map(({ runId, interruptId }) => [runId, interruptId])).toEqual([
    [one, "int_1"],
    [one, "int_2"],
    [two, "int_1"],
    [two, "int_2"],
  ]);
  expect(all[0]).toMatchObject({ kind: "effect_outcome", prompt: "p", agentName: "a", row: null });

  const answer = { action: "redo" } as const;
  const answered = { type: "interrupt.answered", interruptId: "int_1", by: "p", answer } as const;
  await store.runs.answer(one, answered);
  const ofOne = await store.inbox.list([one]);
  expect(ofOne.map(({ interruptId }) => interruptId)).toEqual(["int_2"]);
  await store.runs.cancel(one, "p");
  expect((await store.inbox.list(null)).map(({ runId }) => runId)).toEqual([two, two]);
});
