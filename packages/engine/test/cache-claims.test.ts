import { newId, noUsage, type AnswerStore, type CachedAnswer } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../store/test/open-test-store.ts";
import { AnswerCache } from "../src/answer-cache.ts";
import type { Landing } from "../src/flight.ts";
import { systemClock } from "../src/index.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const ttlSeconds = 3_600;
const answer: CachedAnswer = {
  message: { role: "assistant", content: [{ type: "text", text: "x" }] },
  finish: "stop",
  model: "simulated/demo",
  usage: noUsage,
  costMicros: null,
  createdAt: Date.now(),
};
const failed = () => Promise.reject(new Error("the statement failed"));

async function openCache(change: Partial<AnswerStore> = {}): Promise<AnswerCache> {
  const worker = newId("wrk");
  await test.store.workers.register({ id: worker, host: "h", pid: 7 });
  const store = { ...test.store.cache, ...change };
  return new AnswerCache(store, worker, systemClock, new AbortController().signal);
}

/** A release that fails the first time. */
function failingOnce(): Pick<AnswerStore, "release"> {
  let tries = 0;
  return {
    release: (key, worker) => (++tries === 1 ? failed() : test.store.cache.release(key, worker)),
  };
}

it.each<[string, Partial<AnswerStore>, Landing]>([
  ["an answer that cannot be kept", { keep: failed }, { kind: "answer", answer }],
  ["a release that fails", {}, { kind: "unfit" }],
  ["a call that was given up", {}, { kind: "none" }],
])("%s leaves no claim: another worker makes the call", async (name, change, landing) => {
  const ask = {
    key: { organisation: "default", hash: name },
    ttlSeconds,
    signal: new AbortController().signal,
    onWait: () => undefined,
  };
  const one = await openCache({ ...failingOnce(), ...change });
  const other = await openCache();
  const leader = await one.ask(ask);
  if (leader.kind !== "call") return expect.unreachable();
  leader.land(landing);
  expect((await other.ask(ask)).kind).toBe("call");
});
