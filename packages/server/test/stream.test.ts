import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { closeCodes, type ServerMessage } from "@flotilla/api";
import { fold, type Event } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { runIn } from "../../store/test/sample-run.ts";
import type { RunningServer } from "../src/listen.ts";
import { listenOn, openListeningServer } from "./follow.ts";
import { delta, ending, holdRun } from "./held-run.ts";
import { problemOf, type TestServer } from "./open-test-server.ts";
import { talk, type Talk } from "./talk.ts";

let server: TestServer;
let http: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, http, close } = await openListeningServer());
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
});
afterAll(() => close());

/** Everything of a subscription up to its end; its events alone. */
async function eventsToEnd(client: Talk): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const message = await client.next();
    if (message.type === "end") return events;
    if (message.type === "error") throw new Error(message.data.detail);
    if (message.type === "event") events.push(message.data);
  }
}

describe("subscriptions", () => {
  test("a run that has ended is sent whole, then end, and the subscription is over", async () => {
    const runId = await runIn(server.store, "completed");
    const client = await talk(http);
    expect(await client.next()).toMatchObject({ type: "hello", data: { heartbeatMs: 15_000 } });
    client.say({ type: "subscribe", sub: 7, topic: "run", id: runId });
    expect(await client.next()).toEqual({
      type: "subscribed",
      sub: 7,
      data: { topic: "run", id: runId },
    });
    expect(await client.next()).toMatchObject({ type: "event", sub: 7, cursor: "1" });
    const rest = await eventsToEnd(client);
    expect(rest.map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    client.say({ type: "resume", sub: 7, seq: 3 });
    expect(await client.next()).toMatchObject({ type: "error", sub: 7, data: { status: 404 } });
    client.close();
  });

  test("whoever can take many at once gets a journal in one piece", async () => {
    const runId = await runIn(server.store, "completed");
    const client = await talk(http);
    const pieces: (ServerMessage | (ServerMessage & { sub: number; cursor: string })[])[] = [];
    client.socket.on("message", (data: Buffer) => pieces.push(JSON.parse(data.toString())));
    client.say({ type: "subscribe", sub: 7, topic: "run", id: runId, many: true });
    await client.nextOf("end");
    const events = pieces.find((piece) => Array.isArray(piece));
    expect(events?.map(({ sub, cursor }) => [sub, cursor])).toEqual(
      ["1", "2", "3", "4", "5"].map((cursor) => [7, cursor]),
    );
    expect(pieces.filter((piece) => !Array.isArray(piece) && piece.type === "event")).toEqual([]);
    client.close();
  });

  test("many runs share a connection, and each resumes after its own cursor", async () => {
    const [one, two] = [await holdRun(server.store), await holdRun(server.store)];
    const client = await talk(http);
    client.say({ type: "subscribe", sub: 1, topic: "run", id: one.runId, after: 2 });
    client.say({ type: "subscribe", sub: 2, topic: "run", id: two.runId, after: "1" });
    const seen = new Set<string>();
    while (seen.size < 3) {
      const message = await client.nextOf("event");
      seen.add(`${message.sub}:${message.cursor}`);
    }
    expect([...seen].toSorted()).toEqual(["1:3", "2:2", "2:3"]);
    await one.append([delta("one ")]);
    expect(await client.nextOf("event")).toMatchObject({ sub: 1, cursor: "4" });
    client.close();

    await one.append(ending, 3);
    const second = await talk(http);
    second.say({ type: "subscribe", topic: "run", id: one.runId, after: "4" });
    expect(await second.nextOf("subscribed")).toMatchObject({ sub: 1 });
    expect((await eventsToEnd(second)).map(({ type }) => type)).toEqual([
      "step.completed",
      "run.completed",
    ]);
    second.close();
  });

  test("resume goes back, and what was sent before it does not count", async () => {
    const { runId, append } = await holdRun(server.store);
    const client = await talk(http);
    client.say({ type: "subscribe", sub: 1, topic: "run", id: runId });
    for (let seq = 1; seq <= 3; seq++) await client.nextOf("event");
    client.say({ type: "resume", sub: 1, seq: 0 });
    expect(await client.nextOf("subscribed")).toMatchObject({ data: { after: "0" } });
    await append(ending);
    const events = await eventsToEnd(client);
    expect(fold(events)).toMatchObject({ status: "completed", seq: 5 });
    client.close();
  });

  test("after unsubscribe nothing more comes", async () => {
    const { runId, append } = await holdRun(server.store);
    const client = await talk(http);
    client.say({ type: "subscribe", sub: 1, topic: "run", id: runId });
    for (let seq = 1; seq <= 3; seq++) await client.nextOf("event");
    client.say({ type: "unsubscribe", sub: 1 });
    await client.nextOf("unsubscribed");
    await append(ending);
    client.say({ type: "ping" });
    expect(await client.next()).toEqual({ type: "pong" });
    client.close();
  });

  test("a closed connection cancels nothing", async () => {
    const { runId, append } = await holdRun(server.store);
    const client = await talk(http);
    client.say({ type: "subscribe", topic: "run", id: runId });
    await client.nextOf("event");
    client.close();
    await client.closed;
    await append(ending);
    expect(await server.client.runs.get(runId)).toMatchObject({ status: "completed" });
  });

  test("what there is not, or cannot be a cursor, is told under its name", async () => {
    const client = await talk(http);
    const nowhere = `run_${"0".repeat(26)}`;
    client.say({ type: "subscribe", sub: 3, topic: "run", id: nowhere });
    expect(await client.nextOf("error")).toMatchObject({ sub: 3, data: { code: "not_found" } });
    const runId = await runIn(server.store, "completed");
    client.say({ type: "subscribe", sub: 4, topic: "run", id: runId, after: "99999999999" });
    expect(await client.nextOf("error")).toMatchObject({ sub: 4, data: { status: 400 } });
    client.close();
  });

  test("the cells and figures of a batch come with their cursor", async () => {
    const batch = await server.client.batches.create({
      name: "b",
      agent: "a",
      template: "{{q}}",
      rows: [{ q: 1 }, { q: 2 }],
      start: true,
    });
    const client = await talk(http);
    client.say({ type: "subscribe", sub: 1, topic: "batch", id: batch.id });
    const cells = await client.nextOf("cells");
    expect(cells).toMatchObject({ sub: 1, cursor: expect.stringMatching(/^\d+$/) });
    expect(cells.data).toHaveLength(2);
    expect(await client.nextOf("progress")).toMatchObject({ data: { rows: 2 } });
    client.close();
  });

  test("a connection has so many subscriptions and no more", async () => {
    const few = await listenOn(server.appWith({ streams: { subscriptions: 1 } }));
    const client = await talk(few);
    client.say({ type: "subscribe", sub: 1, topic: "fleet" });
    client.say({ type: "subscribe", sub: 2, topic: "inbox" });
    expect(await client.nextOf("error")).toMatchObject({ sub: 2, data: { code: "rate_limited" } });
    client.close();
    await few.close(1_000);
  });
});

describe("commands", () => {
  test("start, cancel and retry do what the requests do, and answer under their ids", async () => {
    const client = await talk(http);
    client.say({ type: "start", id: "c1", body: { agent: "a", input: { text: "q" } } });
    const started = await client.nextOf("result");
    expect(started).toMatchObject({ id: "c1", data: { status: "pending", agentName: "a" } });
    const { runId } = started.data as { runId: string };
    client.say({ type: "cancel", id: "c2", runId, body: { reason: "enough" } });
    expect(await client.nextOf("result")).toMatchObject({
      id: "c2",
      data: { status: "cancelled" },
    });
    client.say({ type: "retry", id: "c3", runId });
    expect(await client.nextOf("result")).toMatchObject({ id: "c3", data: { status: "pending" } });
    client.say({ type: "cancel", id: "c4", runId });
    expect(await client.nextOf("result")).toMatchObject({ id: "c4" });
    client.close();
  });

  test("an interrupt is answered", async () => {
    const runId = await runIn(server.store, "waiting");
    const client = await talk(http);
    const body = { action: "fail", reason: "it did not happen" };
    client.say({ type: "answer", id: "c1", runId, interruptId: "int_1", body });
    expect(await client.nextOf("result")).toMatchObject({ id: "c1", data: { status: "waiting" } });
    client.say({ type: "answer", id: "c2", runId, interruptId: "int_1", body });
    expect(await client.nextOf("error")).toMatchObject({ id: "c2", data: { status: 409 } });
    client.close();
  });

  test("a command that is refused answers with the problem of the request", async () => {
    const client = await talk(http);
    client.say({ type: "start", id: "c1", body: { agent: "nobody", input: { text: "q" } } });
    expect(await client.nextOf("error")).toMatchObject({ id: "c1", data: { code: "not_found" } });
    client.say({ type: "start", id: "c2", body: { agent: "a" } });
    expect(await client.nextOf("error")).toMatchObject({
      id: "c2",
      data: { code: "invalid_request", errors: [{ path: "body.input" }] },
    });
    client.close();
  });
});

describe("what is not right", () => {
  test.each([
    ["no JSON", "{", closeCodes.protocol],
    ["a binary message", Buffer.from("{}"), closeCodes.protocol],
    ["a deep message", "[".repeat(100) + "]".repeat(100), closeCodes.protocol],
    ["a long message", JSON.stringify("x".repeat(70_000)), closeCodes.tooLarge],
  ])("%s ends the connection", async (_what, message, code) => {
    const client = await talk(http);
    client.say(message);
    expect(await client.closed).toBe(code);
  });

  test("messages that make no sense are told of, and end the connection when there are many", async () => {
    const client = await talk(http);
    client.say({ type: "dance" });
    expect(await client.nextOf("error")).toMatchObject({ data: { code: "invalid_request" } });
    for (let i = 0; i < 10; i++) client.say({ type: "dance" });
    expect(await client.closed).toBe(closeCodes.protocol);
  });

  test("too many messages end the connection", async () => {
    const strict = await listenOn(server.appWith({ streams: { messagesPerSecond: 1 } }));
    const client = await talk(strict);
    for (let i = 0; i < 20; i++) client.say({ type: "ping" });
    expect(await client.closed).toBe(closeCodes.rateLimited);
    await strict.close(1_000);
  });

  test("a request that asks for no WebSocket is told so", async () => {
    const answer = server.app.request("/api/v1/stream");
    expect(await problemOf(answer)).toMatchObject({ status: 426, code: "invalid_request" });
  });

  test.each([
    ["a page of elsewhere", { origin: "http://evil.example" }],
    ["a page of another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["another name for this machine", { headers: { host: "evil.example" } }],
  ])("%s is refused before there is a WebSocket", async (_who, options) => {
    const url = `${http.url.replace("http", "ws")}/api/v1/stream`;
    const socket = new WebSocket(url, options);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(403);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    socket.on("error", () => undefined);
    socket.terminate();
  });

  test("other upgrades are answered as if they had not been asked for", async () => {
    const headers = { connection: "upgrade", upgrade: "h2c" };
    const asked = request(`${http.url}/healthz`, { headers }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.destroy();
  });

  test("one more connection than the server holds is closed politely", async () => {
    const full = await listenOn(server.appWith({ streams: { connections: 1 } }));
    const first = await talk(full);
    const second = await talk(full);
    expect(await second.closed).toBe(closeCodes.overloaded);
    first.close();
    await first.closed;
    await expect.poll(async () => (await talk(full)).next()).toMatchObject({ type: "hello" });
    await full.close(1_000);
  });
});

describe("connections that stay open", () => {
  test("when the server closes, it says that it goes away", async () => {
    const own = await listenOn(server.app);
    const client = await talk(own);
    const began = performance.now();
    const closing = own.close(5_000);
    expect(await client.closed).toBe(closeCodes.goingAway);
    await closing;
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test("heartbeats go out, and one who does not answer them is dropped", async () => {
    const quick = await listenOn(server.appWith({ streams: { heartbeatMs: 500 } }));
    const dead = await talk(quick, { autoPong: false });
    const alive = await talk(quick);
    const pings: string[] = [];
    alive.socket.on("message", (data: Buffer) => pings.push(data.toString()));
    expect(await dead.closed).toBe(1006);
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
    expect(pings).toContain('{"type":"ping"}');
    alive.close();
    await quick.close(1_000);
  });

  test("one who takes nothing is dropped, costs little, and does not hold others up", async () => {
    let read = 0;
    const { journal } = server.store;
    const counted = {
      ...journal,
      async readNext(runId: string, after: number) {
        const events = await journal.readNext(runId, after);
        read += events.length;
        return events;
      },
    };
    const store = { ...server.store, journal: counted };
    const impatient = await listenOn(server.appWith({ store, streams: { stallMs: 1_500 } }));
    const { runId, append } = await holdRun(server.store);
    const stalled = await talk(impatient);
    stalled.say({ type: "subscribe", topic: "run", id: runId });
    for (let seq = 1; seq <= 3; seq++) await stalled.nextOf("event");
    stalled.socket.pause();
    for (let i = 0; i < 30; i++) await append([delta("x".repeat(1_000_000))]);
    // What the kernel takes, and a page; the rest stays in the journal.
    expect(read).toBeLessThan(20);
    const other = await talk(impatient);
    other.say({ type: "subscribe", topic: "run", id: await runIn(server.store, "completed") });
    expect(await eventsToEnd(other)).toHaveLength(5);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    stalled.socket.resume();
    expect([closeCodes.stalled, 1006]).toContain(await stalled.closed);
    other.close();
    await impatient.close(1_000);
  });

  test("half a handshake is no harm", async () => {
    const socket = connect(http.port, "127.0.0.1");
    socket.write(
      "GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    );
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toContain("HTTP/1.1 400");
    socket.destroy();
    expect((await fetch(`${http.url}/healthz`)).status).toBe(200);
  });
});
