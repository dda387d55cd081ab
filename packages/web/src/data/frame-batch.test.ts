import { expect, test } from "vitest";
import { frameBatch } from "./frame-batch.ts";

function manualFrames() {
  let pending: (() => void) | undefined;
  return {
    schedule: (callback: () => void) => {
      pending = callback;
      return () => (pending = undefined);
    },
    tick() {
      const callback = pending;
      pending = undefined;
      callback?.();
    },
  };
}

test("everything of one frame is delivered once and in order", () => {
  const frames = manualFrames();
  const seen: number[][] = [];
  const batch = frameBatch<number>((items) => seen.push(items), frames.schedule);
  for (let i = 1; i <= 3; i++) batch.push(i);
  expect(seen).toEqual([]);
  frames.tick();
  batch.push(4);
  frames.tick();
  frames.tick();
  expect(seen).toEqual([[1, 2, 3], [4]]);
});

test("flush delivers at once and only once", () => {
  const frames = manualFrames();
  const seen: number[][] = [];
  const batch = frameBatch<number>((items) => seen.push(items), frames.schedule);
  batch.push(1);
  batch.flush();
  batch.flush();
  frames.tick();
  expect(seen).toEqual([[1]]);
});

test("nothing is delivered after stop", () => {
  const frames = manualFrames();
  const seen: number[][] = [];
  const batch = frameBatch<number>((items) => seen.push(items), frames.schedule);
  batch.push(1);
  batch.stop();
  frames.tick();
  batch.flush();
  expect(seen).toEqual([]);
});
