import { expect, test } from "vitest";
import { MessageLog, sseFrame, type Frame } from "./message-log.ts";

const never = new AbortController().signal;
const say = (log: MessageLog, method: string) =>
  log.push((index) => String(index), { jsonrpc: "2.0", method });
const ids = (frames: Frame[]) => frames.map(({ id }) => id);

test("a reader gets what was written before and after it came, from its place on", async () => {
  const log = new MessageLog();
  say(log, "a");
  say(log, "b");
  const late = Array.fromAsync(log.from(1, never));
  const whole = Array.fromAsync(log.from(0, never));
  say(log, "c");
  log.end();
  say(log, "d");
  expect(ids(await whole)).toEqual(["0", "1", "2"]);
  expect(ids(await late)).toEqual(["1", "2"]);
  expect(ids(await Array.fromAsync(log.from(2, never)))).toEqual(["2"]);
});

test("a cut ends those who read now, and one who has not known of it", async () => {
  const log = new MessageLog();
  const reading = Array.fromAsync(log.from(0, never));
  log.cut();
  expect(await reading).toEqual([]);
  expect(await Array.fromAsync(log.from(0, never, 0))).toEqual([]);
  const back = Array.fromAsync(log.from(0, never));
  say(log, "a");
  log.end();
  expect(ids(await back)).toEqual(["0"]);
});

test("a reader that leaves gets nothing more", async () => {
  const log = new MessageLog();
  const left = new AbortController();
  const reading = Array.fromAsync(log.from(0, left.signal));
  left.abort();
  expect(await reading).toEqual([]);
});

test("a frame is an event; a place has no data", () => {
  const message = { jsonrpc: "2.0", method: "m" } as const;
  expect(sseFrame({ id: "1", message })).toBe(
    'id: 1\nevent: message\ndata: {"jsonrpc":"2.0","method":"m"}\n\n',
  );
  expect(sseFrame({ id: "1", message: undefined }, 5)).toBe("id: 1\nretry: 5\ndata: \n\n");
});
