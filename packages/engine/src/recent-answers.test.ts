import { noUsage, type CachedAnswer } from "@flotilla/core";
import { expect, it } from "vitest";
import { RecentAnswers } from "./recent-answers.ts";

const answer = (text: string, createdAt = 1_000): CachedAnswer => ({
  message: { role: "assistant", content: [{ type: "text", text }] },
  finish: "stop",
  model: "simulated/demo",
  usage: noUsage,
  costMicros: 0,
  createdAt,
});

it("gives an answer that is young enough, and none after it was cleared", () => {
  const recent = new RecentAnswers();
  recent.set("a", answer("x"));
  expect(recent.get("a", 999)).toEqual(answer("x"));
  expect(recent.get("a", 1_000)).toBeUndefined();
  expect(recent.get("b", 0)).toBeUndefined();
  recent.clear();
  expect(recent.get("a", 0)).toBeUndefined();
});

it("lets go of what was used longest ago, by number and by size", () => {
  const recent = new RecentAnswers();
  for (let i = 0; i < 2_000; i++) recent.set(`a${i}`, answer(""));
  expect(recent.get("a0", 0)).toBeDefined();
  recent.set("one more", answer(""));
  expect(recent.get("a0", 0)).toBeDefined();
  expect(recent.get("a1", 0)).toBeUndefined();

  const large = "y".repeat(1_500_000);
  for (let i = 0; i < 11; i++) recent.set(`large${i}`, answer(large));
  expect(recent.get("large0", 0)).toBeUndefined();
  expect(recent.get("large10", 0)).toBeDefined();
  recent.set("too large", answer("y".repeat(2_000_000)));
  expect(recent.get("too large", 0)).toBeUndefined();
  expect(recent.get("large10", 0)).toBeDefined();
});
