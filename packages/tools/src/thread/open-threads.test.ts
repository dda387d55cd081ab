import { onTestFinished, expect, test } from "vitest";
import { openThreads, type ThreadsOptions } from "./open-threads.ts";

const signal = new AbortController().signal;

function threads(options: Partial<ThreadsOptions> = {}) {
  const opened = openThreads<string, unknown>({
    script: new URL("./thread.fixture.ts", import.meta.url),
    name: "fixture",
    most: 2,
    memoryBytes: 64 * 2 ** 20,
    bufferBytes: 64 * 2 ** 20,
    ...options,
  });
  onTestFinished(() => opened.close());
  return (how: string, timeoutMs = 20_000, by = signal) =>
    opened.run(how, { timeoutMs, signal: by });
}

test("work is answered, by a thread that is used again", async () => {
  const run = threads({ most: 1 });
  expect(await run("hello")).toEqual(["hello"]);
  const first = await run("thread");
  expect(await run("thread")).toBe(first);
  expect(await run("environment")).toEqual([]);
});

test.each([
  ["spin", "time", 300],
  ["memory", "memory", 20_000],
  ["buffers", "memory", 20_000],
  ["throw", "failed", 20_000],
  ["exit", "failed", 20_000],
])("work that ends badly (%s) says how, and the next is done", async (how, end, timeoutMs) => {
  const run = threads({ most: 1 });
  const [bad, good] = [run(how, timeoutMs), run("hello")];
  await expect(bad).rejects.toMatchObject({ name: "ThreadError", how: end });
  expect(await good).toEqual(["hello"]);
});

test("work stops when it is told to", async () => {
  const run = threads();
  const stop = new AbortController();
  const spinning = run("spin", 20_000, stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(spinning).rejects.toThrow("enough");
  await expect(run("hello", 20_000, AbortSignal.abort(new Error("before")))).rejects.toThrow(
    "before",
  );
});

test("no more than so many work at once", async () => {
  const run = threads({ most: 2 });
  const seen = new Set(await Promise.all(Array.from({ length: 6 }, () => run("thread"))));
  expect(seen.size).toBeLessThanOrEqual(2);
});
