import { userMessage, type ModelRequest } from "@flotilla/core";
import { expect, it } from "vitest";
import { requestHash } from "./request-hash.ts";

const request: ModelRequest = {
  model: "simulated/demo",
  instructions: "Be brief.",
  messages: [userMessage("Hello")],
  tools: [{ name: "clock", description: "Tells the time.", input: { type: "object", title: "t" } }],
  settings: { temperature: 0, seed: 7 },
  output: { type: "object" },
  step: 1,
  runId: "run_1",
};

it("is the same for another run, another step, and another order of keys", () => {
  const same: ModelRequest = {
    ...request,
    runId: "run_2",
    step: 3,
    settings: { seed: 7, temperature: 0 },
    tools: [
      { input: { title: "t", type: "object" }, description: "Tells the time.", name: "clock" },
    ],
  };
  expect(requestHash(same)).toBe(requestHash(request));
  expect(requestHash(request)).toMatch(/^[0-9a-f]{64}$/);
});

it.each<[string, Partial<ModelRequest>]>([
  ["model", { model: "simulated/script" }],
  ["instructions", { instructions: "Be brief!" }],
  ["messages", { messages: [userMessage("Hello"), userMessage("Hello")] }],
  ["a message", { messages: [userMessage("hello")] }],
  ["tools", { tools: [] }],
  ["settings", { settings: { temperature: 0, seed: 8 } }],
  ["output", { output: { type: "array" } }],
])("differs with the %s", (_name, change) => {
  expect(requestHash({ ...request, ...change })).not.toBe(requestHash(request));
});
