import type { Run, RunStep, ToolStep } from "@flotilla/core";
import { expect, test } from "vitest";
import { placeOf, reusedCalls } from "./fork-place.ts";

const call = (step: number) => ({ kind: "tool", step, callId: `c${step}-0` }) as ToolStep;
const model = (step: number) => ({ kind: "model", step }) as RunStep;
const run = { steps: [model(1), call(1), model(2), call(2), model(3)] } as Run;

test("a model call is made again; after a tool call, the model's next turn is", () => {
  expect(placeOf(model(2))).toEqual({ step: 2 });
  expect(placeOf(call(2))).toEqual({ step: 3 });
});

test("results that come before the place can be given otherwise", () => {
  const ids = (at: Parameters<typeof reusedCalls>[1]) =>
    reusedCalls(run, at).map(({ callId }) => callId);
  expect(ids({ step: 2 })).toEqual(["c1-0"]);
  expect(ids(placeOf(call(2)))).toEqual(["c1-0", "c2-0"]);
  expect(ids("start")).toEqual([]);
  expect(ids("end")).toEqual(["c1-0", "c2-0"]);
});
