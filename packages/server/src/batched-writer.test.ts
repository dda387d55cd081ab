import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BatchedWriter, type WriterOptions } from "./batched-writer.ts";

type Options = Partial<WriterOptions<number>>;

function open(write: (items: number[]) => Promise<void>, mostWaiting = 10_000, more: Options = {}) {
  const lost: number[] = [];
  const errors: unknown[] = [];
  /** Milliseconds pass at once, one turn each. */
  const clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) => sleep(1, undefined, signal && { signal }),
  };
  const writer = new BatchedWriter<number>({
    ...{ write, clock, mostWaiting, withinMs: 250 },
    onLost: (items) => lost.push(...items),
    onError: (error) => errors.push(error),
    ...more,
  });
  return { writer, lost, errors };
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test("what is added is written in order, many at a time, the rest when it closes", async () => {
  const writes: number[][] = [];
  const { writer, lost } = open(async (items) => void writes.push(items));
  for (const n of upTo(1_200)) writer.add(n);
  await expect.poll(() => writes.flat().length).toBe(1_200);
  writer.add(1_200);
  await writer.close();
  expect(writes.flat()).toEqual(upTo(1_201));
  expect(writes.map(({ length }) => length)).toEqual([500, 500, 200, 1]);
  expect(lost).toEqual([]);
});

test("what could not be written comes again; beyond the bound the oldest go", async () => {
  const written: number[] = [];
  let isAway = true;
  const { writer, lost, errors } = open(async (items) => {
    if (isAway) throw new Error("away");
    written.push(...items);
  }, 10);
  for (const n of upTo(8)) writer.add(n);
  await expect.poll(() => errors.length).toBeGreaterThan(1);
  for (const n of [8, 9, 10, 11]) writer.add(n);
  expect(lost).toEqual([0, 1]);
  isAway = false;
  await expect.poll(() => written).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("items that go while they are being written are written once", async () => {
  const written: number[] = [];
  const gate = Promise.withResolvers<void>();
  const { writer } = open(async (items) => {
    await gate.promise;
    written.push(...items);
  }, 3);
  for (const n of upTo(3)) writer.add(n);
  await sleep(20);
  writer.add(3);
  gate.resolve();
  await writer.close();
  expect(written).toEqual([0, 1, 2, 3]);
});

test("when it closes and nothing can be written, it says what was lost", async () => {
  const { writer, lost } = open(async () => {
    throw new Error("away");
  });
  writer.add(1);
  writer.add(2);
  await writer.close();
  expect(lost).toEqual([1, 2]);
});

/** Numbers with the same last digit are one: their sum. */
const join = {
  keyOf: (n: number) => String(n % 10),
  merge: (before: number, newer: number) => before + newer - (newer % 10),
};

test("items of one key are one, with those of a write that failed", async () => {
  const written: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const write = async (items: number[]) => {
    await gate.promise;
    written.push(items);
  };
  const { writer, errors } = open(write, 10, { join });
  for (const n of [11, 21, 12]) writer.add(n);
  const failed = writer.flush();
  await sleep(5);
  expect(writer.size).toBe(2);
  for (const n of [102, 13]) writer.add(n);
  gate.reject(new Error("away"));
  expect(await failed).toBe(false);
  expect(errors).toHaveLength(1);
  gate.promise = Promise.resolve();
  await expect.poll(() => written).toEqual([[31, 112, 13]]);
  expect(writer.size).toBe(0);
});

test("beyond the bound the oldest stay where that is wanted, and go on being joined", async () => {
  const written: number[] = [];
  const write = async (items: number[]) => void written.push(...items);
  const { writer, lost } = open(write, 2, { join, keeps: "oldest" });
  for (const n of [1, 2, 3, 11]) writer.add(n);
  await writer.close();
  expect(lost).toEqual([3]);
  expect(written).toEqual([11, 2]);
});

test("a flush ends after the write that is under way", async () => {
  const written: number[] = [];
  const gate = Promise.withResolvers<void>();
  const { writer } = open(async (items) => {
    await gate.promise;
    written.push(...items);
  });
  writer.add(1);
  await sleep(20);
  const flushed = writer.flush();
  gate.resolve();
  expect(await flushed).toBe(true);
  expect(written).toEqual([1]);
});
