import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Live, type LiveOptions } from "@flotilla/api";
import { fold, FlotillaError, type Event } from "@flotilla/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runIn } from "../../store/test/sample-run.ts";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { listenOn, openListeningServer } from "./follow.ts";
import { delta, ending, holdRun } from "./held-run.ts";
import type { TestServer } from "./open-test-server.ts";

let server: TestServer;
let http: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, http, close } = await openListeningServer());
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
});
afterAll(() => close());

let opened = 0;
class CountedSocket extends WebSocket {
  constructor(...parameters: ConstructorParameters<typeof WebSocket>) {
    super(...parameters);
    opened += 1;
  }
}
/** As behind a proxy that lets no WebSocket through. */
class BlockedSocket extends WebSocket {
  constructor(_url: string, protocols: string[]) {
    super("ws://127.0.0.1:9", protocols);
  }
}

let live: Live;
function connect(url = http.url, Socket: LiveOptions["WebSocket"] = CountedSocket): Live {
  opened = 0;
  live = createClient({ baseUrl: url }).connect({ WebSocket: Socket });
  return live;
}
afterEach(() => live.close());

async function first<T>(followed: AsyncGenerator<T>): Promise<T> {
  for await (const one of followed) return one;
  throw new Error("nothing came");
}

test("everything that is followed shares one connection", async () => {
  const ended = await runIn(server.store, "completed");
  const waiting = await runIn(server.store, "waiting");
  connect();
  const runs = [ended, ended, ended].map((runId) => Array.fromAsync(live.run(runId)));
  for (const events of await Promise.all(runs)) expect(fold(events).status).toBe("completed");
  const { items } = await first(live.inbox());
  expect(items.map(({ runId }) => runId)).toEqual([waiting, waiting]);
  expect((await first(live.fleet())).version).toBe("1.2.3");
  expect(opened).toBe(1);
});

test("a batch is followed from its cells to its end", async () => {
  const batch = await server.client.batches.create({
    name: "b",
    agent: "a",
    template: "{{q}}",
    rows: [{ q: 1 }],
    start: true,
  });
  await server.client.batches.act(batch.id, "cancel");
  connect();
  const messages = await Array.fromAsync(live.batch(batch.id));
  expect(messages[0]).toEqual({ type: "cells", cells: [[1, "cancelled", null]] });
  expect(messages.at(-1)).toMatchObject({ type: "progress", progress: { status: "cancelled" } });
});

test("when the server goes, what is followed goes on at the next one, without gap or repetition", async () => {
  const { runId, append } = await holdRun(server.store);
  const before = await listenOn(server.app);
  connect(before.url);
  const seen: number[] = [];
  const told: boolean[] = [];
  const done = (async () => {
    const onReconnecting = (lost: boolean) => void told.push(lost);
    for await (const event of live.run(runId, { onReconnecting })) seen.push(event.seq);
  })();
  await expect.poll(() => seen.length).toBe(3);
  await append([delta("one ")]);
  await expect.poll(() => seen.length).toBe(4);
  await before.close(5_000);
  await append([delta("two")]);
  const after = await serveApp(server.app, { host: "127.0.0.1", port: before.port });
  await append(ending);
  await done;
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(told).toEqual([true, false]);
  live.close();
  await after.close(1_000);
});

test("commands are done, and refused with the error of the request", async () => {
  connect();
  const { runId } = await live.start({ agent: "a", input: { text: "q" } });
  expect(await live.cancel(runId, "enough")).toMatchObject({ status: "cancelled" });
  expect(await live.retry(runId)).toMatchObject({ status: "pending" });
  const again = live.retry(runId).catch((error: unknown) => error);
  expect(await again).toMatchObject({ code: "conflict", transient: false });
  await live.cancel(runId);
  const thread = await server.client.threads.create({ agent: "a" });
  const said = await live.message(thread.id, { text: "Hello" });
  expect(said).toMatchObject({ status: "pending", agentName: "a" });
  await live.cancel(said.runId);
  const waiting = await runIn(server.store, "waiting");
  expect(await live.answer(waiting, "int_1", { action: "redo" })).toMatchObject({ runId: waiting });
  expect(opened).toBe(1);
});

test("where no WebSocket can be opened, the same comes over HTTP", async () => {
  connect(http.url, BlockedSocket);
  const { runId, append } = await holdRun(server.store);
  const events: Event[] = [];
  const done = (async () => {
    for await (const event of live.run(runId)) events.push(event);
  })();
  await expect.poll(() => events.length, { timeout: 5_000 }).toBe(3);
  await append(ending);
  await done;
  expect(fold(events)).toMatchObject({ status: "completed", seq: 5 });
  const started = await live.start({ agent: "a", input: { text: "q" } });
  expect(started.status).toBe("pending");
  expect((await first(live.inbox())).whole).toBe(true);
});

test("a reader that is slower than what comes gets all of it, in order", async () => {
  const { runId, append } = await holdRun(server.store);
  const piece = Array.from({ length: 2_000 }, () => delta("x"));
  for (let i = 0; i < 8; i++) await append(piece);
  await append([ending[1]!]);
  connect();
  let last = 0;
  for await (const event of live.run(runId)) {
    expect(event.seq).toBe(last + 1);
    last = event.seq;
    if (last === 10) await sleep(1_500);
  }
  expect(last).toBe(16_004);
  expect(opened).toBe(1);
});

test("what is not there is said, and nothing is tried again", async () => {
  connect();
  const nowhere = live.run(`run_${"0".repeat(26)}`);
  const error = await nowhere.next().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FlotillaError);
  expect(error).toMatchObject({ code: "not_found" });
});

test("who stops following throws his own reason; who closes, that it was closed", async () => {
  const { runId } = await holdRun(server.store);
  connect();
  const controller = new AbortController();
  const stopped = live.run(runId, { signal: controller.signal });
  const closed = live.run(runId);
  for (let seq = 1; seq <= 3; seq++) await Promise.all([stopped.next(), closed.next()]);
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 20);
  await expect(stopped.next()).rejects.toBe(reason);
  setTimeout(() => live.close(), 20);
  await expect(closed.next()).rejects.toMatchObject({ code: "cancelled" });
  expect(await server.client.runs.get(runId)).toMatchObject({ status: "running" });
});

test("a server that does not come back is given up when that was asked for", async () => {
  const { runId } = await holdRun(server.store);
  const own = await listenOn(server.app);
  connect(own.url);
  const following = Array.fromAsync(live.run(runId, { giveUpAfterMs: 300 }));
  await sleep(300);
  await own.close(1_000);
  await expect(following).rejects.toMatchObject({ code: "unavailable" });
});

test("a connection that nobody needs any more is closed, and opened again when it is", async () => {
  const runId = await runIn(server.store, "completed");
  connect();
  await Array.fromAsync(live.run(runId));
  await sleep(6_000);
  await Array.fromAsync(live.run(runId));
  expect(opened).toBe(2);
});
