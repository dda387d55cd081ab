import type { Feedback } from "@flotilla/core";
import { expect, test } from "vitest";
import { feedbackOn } from "./feedback-target.ts";

const given = (feedbackId: string, target: Feedback["target"]) =>
  ({ feedbackId, target, rating: 1, by: "Ann", at: "2026-01-01T00:00:00.000Z" }) as Feedback;

test("what was said of a step is not said of the run, nor of a call", () => {
  const run = {
    feedback: [
      given("f1", { kind: "run" }),
      given("f2", { kind: "step", step: 2 }),
      given("f3", { kind: "call", callId: "c2-0" }),
      given("f4", { kind: "step", step: 2 }),
    ],
  };
  const ids = (target: Feedback["target"]) =>
    feedbackOn(run, target).map(({ feedbackId }) => feedbackId);
  expect(ids({ kind: "step", step: 2 })).toEqual(["f2", "f4"]);
  expect(ids({ kind: "run" })).toEqual(["f1"]);
  expect(ids({ kind: "call", callId: "c2-0" })).toEqual(["f3"]);
});
