import { parseServerSentEvents, type FleetChange, type InboxChange } from "@flotilla/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun, runIn } from "../../store/test/sample-run.ts";
import type { RunningServer } from "../src/listen.ts";
import { follow, listenOn, openListeningServer } from "./follow.ts";
import type { TestServer } from "./open-test-server.ts";
import { talk, type Talk } from "./talk.ts";

let server: TestServer;
let http: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, http, close } = await openListeningServer());
});
afterAll(() => close());

/** What a client has of the inbox after the changes it was told. */
function applied(inbox: ReadonlySet<string>, change: InboxChange): Set<string> {
  const next = new Set(change.whole ? [] : inbox);
  for (const id of change.gone) next.delete(id);
  for (const { runId, interruptId } of change.items) next.add(`${runId} ${interruptId}`);
  return next;
}

async function nextInbox(client: Talk, inbox: ReadonlySet<string>): Promise<Set<string>> {
  return applied(inbox, (await client.nextOf("inbox")).data);
}

test("the inbox comes whole, then as it changes, and whole again for who comes back", async () => {
  const first = await runIn(server.store, "waiting");
  const client = await talk(http);
  client.say({ type: "subscribe", sub: 1, topic: "inbox" });
  const whole = await client.nextOf("inbox");
  expect(whole.data).toMatchObject({ whole: true, gone: [] });
  expect(whole.data.items.map(({ runId }) => runId)).toEqual([first, first]);

  await server.client.runs.answer(first, "int_1", { action: "redo" });
  const change = await client.nextOf("inbox");
  expect(change.data).toMatchObject({ whole: false, items: [], gone: [`${first} int_1`] });
  await server.client.runs.cancel(first);
  expect((await client.nextOf("inbox")).data.gone).toEqual([`${first} int_2`]);

  const second = await runIn(server.store, "waiting");
  let inbox = new Set<string>();
  while (inbox.size < 2) inbox = await nextInbox(client, inbox);
  expect([...inbox]).toEqual([`${second} int_1`, `${second} int_2`]);
  client.say({ type: "resume", sub: 1, seq: 0 });
  expect(await nextInbox(client, new Set(["old"]))).toEqual(inbox);
  client.close();
});

test("the figures of the fleet come whole, then those that changed, read once for all", async () => {
  let reads = 0;
  const { capacity } = server.store;
  const counted = {
    ...server.store,
    capacity: {
      ...capacity,
      list: () => {
        reads += 1;
        return capacity.list();
      },
    },
  };
  const own = await listenOn(server.appWith({ store: counted }));
  const clients = await Promise.all(Array.from({ length: 10 }, () => talk(own)));
  for (const client of clients) client.say({ type: "subscribe", topic: "fleet" });
  for (const client of clients) {
    const { data } = await client.nextOf("fleet");
    expect(data).toMatchObject({
      ...{ version: "1.2.3", buckets: [], runs: expect.any(Object), inbox: expect.any(Number) },
      ...{ rates: { runsPerMinute: 0, tokensPerSecond: 0 }, health: expect.any(Array) },
      today: { costMicros: 0, costIncomplete: false, tokens: 0 },
    });
  }
  const before = await server.client.status();
  await createRun(server.store);
  for (const client of clients) {
    const { data } = await client.nextOf("fleet");
    expect(data.version).toBeUndefined();
    expect(data.runs?.pending).toBe(before.runs.pending + 1);
  }
  expect(reads).toBeLessThan(6);
  for (const client of clients) client.close();
  await own.close(1_000);
});

test("both are server-sent events too", async () => {
  const inbox = await follow(http, "/inbox/stream");
  const first = await inbox.next();
  expect(first).toMatchObject({ event: "inbox", id: null });
  expect(JSON.parse(first.data)).toMatchObject({ whole: true });
  inbox.close();
  const fleet = await follow(http, "/fleet/stream");
  const { event, data } = await fleet.next();
  expect([event, (JSON.parse(data) as FleetChange).version]).toEqual(["fleet", "1.2.3"]);
  fleet.close();
});

test("a state that cannot be read ends its streams, so that their clients come back", async () => {
  const broken = {
    ...server.store,
    inbox: { ...server.store.inbox, open: () => Promise.reject(new Error("no table")) },
  };
  const own = await listenOn(server.appWith({ store: broken }));
  const answer = await fetch(`${own.url}/api/v1/inbox/stream`);
  const events = answer.body && (await Array.fromAsync(parseServerSentEvents(answer.body)));
  expect(events).toEqual([]);
  const client = await talk(own);
  client.say({ type: "subscribe", sub: 1, topic: "inbox" });
  expect(await client.nextOf("error")).toMatchObject({ sub: 1, data: { code: "unavailable" } });
  client.close();
  await own.close(1_000);
});
