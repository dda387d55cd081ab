import { expect, test } from "vitest";
import { changesOf, noChanges } from "./change-draft.ts";

test("what is left empty stays as it was", () => {
  expect(changesOf(noChanges)).toBeUndefined();
  expect(changesOf({ ...noChanges, message: " ", toolResults: { "c1-0": "" } })).toBeUndefined();
  expect(changesOf({ ...noChanges, model: "simulated/b", message: "Again." })).toEqual({
    model: "simulated/b",
    message: "Again.",
  });
});

test("a result is JSON, or else the text itself", () => {
  const toolResults = { "c1-0": '{"result":42}', "c1-1": "it is 42" };
  expect(changesOf({ ...noChanges, toolResults })?.toolResults).toEqual([
    { callId: "c1-0", output: { result: 42 } },
    { callId: "c1-1", output: "it is 42" },
  ]);
});
