import type { BatchCell, ServerSentEvent } from "@flotilla/api";
import { batchProgressSchema, type JsonObject } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo } from "../../store/test/sample-run.ts";
import type { RunningServer } from "../src/listen.ts";
import { follow, listenOn, openListeningServer, type Follower } from "./follow.ts";
import { problemOf, type TestServer } from "./open-test-server.ts";
import { completeBatch, releaseRows } from "./release-rows.ts";

let server: TestServer;
let http: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, http, close } = await openListeningServer());
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
});
afterAll(() => close());

async function runningBatch(rows: JsonObject[]): Promise<string> {
  const batch = await server.client.batches.create({
    name: "b",
    agent: "a",
    template: "{{q}}",
    rows,
    start: true,
  });
  return batch.id;
}

const cellsOf = (event: ServerSentEvent) => JSON.parse(event.data) as BatchCell[];

/** Reads until a cell of the row has the status; returns what was read. */
async function untilCell(stream: Follower, row: number, status: string) {
  const read: ServerSentEvent[] = [];
  for (;;) {
    const event = await stream.next();
    read.push(event);
    if (event.event !== "cells") continue;
    if (cellsOf(event).some((cell) => cell[0] === row && cell[1] === status)) return read;
  }
}

test("a batch is followed from all its cells to its end", async () => {
  const id = await runningBatch([{ q: 1 }, {}, { q: 3 }]);
  const stream = await follow(http, `/batches/${id}/stream`);
  const first = await stream.next();
  expect(first).toMatchObject({ event: "cells", id: expect.stringMatching(/^\d+$/) });
  expect(cellsOf(first)).toEqual([
    [1, "pending", null],
    [2, "failed", null],
    [3, "pending", null],
  ]);
  const second = await stream.next();
  expect(second.event).toBe("progress");
  expect(batchProgressSchema.parse(JSON.parse(second.data))).toMatchObject({ rows: 3 });

  const [one, three] = await releaseRows(server.store, id);
  await bringTo(server.store, one as string, "completed");
  const read = await untilCell(stream, 1, "completed");
  expect(read.filter(({ event }) => event === "cells").flatMap(cellsOf)).toContainEqual([
    1,
    "completed",
    one,
  ]);
  await bringTo(server.store, three as string, "failed");
  await completeBatch(server.store, id);
  const rest = await stream.rest();
  expect(rest.flatMap((event) => (event.event === "cells" ? cellsOf(event) : []))).toContainEqual([
    3,
    "failed",
    three,
  ]);
  const last = rest.findLast((event) => event.event === "progress");
  expect(JSON.parse(last?.data ?? "")).toMatchObject({
    status: "completed",
    counts: { completed: 1, failed: 2 },
  });
  expect(rest.at(-1)?.event).toBe("end");
});

test("who resumes is sent what changed since, not everything", async () => {
  const id = await runningBatch([{ q: 1 }, { q: 2 }]);
  const runIds = await releaseRows(server.store, id);
  const before = await follow(http, `/batches/${id}/stream`);
  const { id: cursor } = await before.next();
  before.close();
  await bringTo(server.store, runIds[1] as string, "completed");

  const after = await follow(http, `/batches/${id}/stream`, cursor ?? "");
  const [first] = await untilCell(after, 2, "completed");
  expect(first?.event).toBe("cells");
  after.close();
});

test("the stream of a batch that has ended sends its cells, its figures and end", async () => {
  const id = await runningBatch([{ q: 1 }, { q: 2 }]);
  await releaseRows(server.store, id);
  await server.client.batches.act(id, "cancel");
  const events = await (await follow(http, `/batches/${id}/stream`)).rest();
  expect(events.map((one) => one.event)).toEqual(["cells", "progress", "end"]);
  expect(cellsOf(events[0] as ServerSentEvent).map((cell) => cell[1])).toEqual([
    "cancelled",
    "cancelled",
  ]);
});

test("cancelling a batch changes the cells of rows that never had a run", async () => {
  const id = await runningBatch(Array.from({ length: 1_200 }, (_, i) => ({ q: i })));
  const stream = await follow(http, `/batches/${id}/stream`);
  const [first, second] = [await stream.next(), await stream.next()];
  expect([cellsOf(first).length, cellsOf(second).length]).toEqual([1_000, 200]);
  // Only who has all parts can resume.
  expect([first.id, second.id]).toEqual([null, expect.any(String)]);
  await server.client.batches.act(id, "cancel");
  const cells = (await stream.rest()).filter(({ event }) => event === "cells").flatMap(cellsOf);
  expect(cells.filter((cell) => cell[1] === "cancelled")).toHaveLength(1_200);
});

test("rows added to a draft appear, and a client that left meanwhile begins anew", async () => {
  const { batches } = server.client;
  const { id } = await batches.create({ name: "b", agent: "a", template: "{{q}}" });
  const stream = await follow(http, `/batches/${id}/stream`);
  expect(await stream.next()).toMatchObject({ event: "cells", id: null, data: "[]" });
  await batches.load(id, "jsonl", '{"q":1}\n');
  await untilCell(stream, 1, "pending");
  await batches.act(id, "start");
  const [runId] = await releaseRows(server.store, id);
  await bringTo(server.store, runId as string, "completed");
  await untilCell(stream, 1, "completed");
  stream.close();
});

test.each(["abc", "-1", "99999999999999999999"])("Last-Event-ID %s is refused", async (cursor) => {
  const id = await runningBatch([{ q: 1 }]);
  const answer = server.app.request(`/api/v1/batches/${id}/stream`, {
    headers: { "last-event-id": cursor },
  });
  expect(await problemOf(answer)).toMatchObject({ status: 400, code: "invalid_request" });
});

test("a cursor of another database brings every cell", async () => {
  const id = await runningBatch([{ q: 1 }]);
  const stream = await follow(http, `/batches/${id}/stream`, "18446744073709551615");
  expect(cellsOf(await stream.next())).toHaveLength(1);
  stream.close();
});

test("many viewers of a batch read its tables as often as one", async () => {
  const { store } = server;
  let reads = 0;
  const counted = {
    ...store,
    batches: {
      ...store.batches,
      figures(batchId: string) {
        reads += 1;
        return store.batches.figures(batchId);
      },
    },
  };
  const own = await listenOn(server.appWith({ store: counted }));
  const id = await runningBatch([{ q: 1 }]);
  const viewers = await Promise.all(
    Array.from({ length: 10 }, () => follow(own, `/batches/${id}/stream`)),
  );
  // Progress is repeated every two seconds even when nothing changes.
  for (const viewer of viewers) {
    for (let seen = 0; seen < 2;) if ((await viewer.next()).event === "progress") seen += 1;
  }
  expect(reads).toBeLessThan(10);
  for (const viewer of viewers) viewer.close();
  await own.close(1_000);
});

test("a stream whose tables cannot be read ends without end, so that its client comes back", async () => {
  const { store } = server;
  const broken = {
    ...store,
    batches: { ...store.batches, changeCursor: () => Promise.reject(new Error("database away")) },
  };
  const own = await listenOn(server.appWith({ store: broken }));
  const id = await runningBatch([{ q: 1 }]);
  expect(await (await follow(own, `/batches/${id}/stream`)).rest()).toEqual([]);
  expect(server.log).toContainEqual(
    expect.objectContaining({ level: "warn", message: "a batch cannot be followed" }),
  );
  await own.close(1_000);
});
