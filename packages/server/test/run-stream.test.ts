import { once } from "node:events";
import { connect } from "node:net";
import { createClient } from "@flotilla/api";
import { fold, type Event } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun, runIn } from "../../store/test/sample-run.ts";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { follow, listenOn, openListeningServer } from "./follow.ts";
import { delta, ending, holdRun } from "./held-run.ts";
import { problemOf, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let http: RunningServer;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ server, http, close } = await openListeningServer());
});
afterAll(() => close());

test("the stream of a run that has ended sends all its events, then end", async () => {
  const runId = await runIn(server.store, "completed");
  const events = await (await follow(http, `/runs/${runId}/stream`)).rest();
  expect(events.at(-1)?.event).toBe("end");
  const sent = events.slice(0, -1);
  expect(sent.map((one) => one.event)).toEqual(sent.map(() => "event"));
  expect(sent.map((one) => one.id)).toEqual(["1", "2", "3", "4", "5"]);
  const run = fold(sent.map((one) => JSON.parse(one.data) as Event));
  expect(run.status).toBe("completed");
});

test("events arrive as they are committed", async () => {
  const { runId, append } = await holdRun(server.store);
  const stream = await follow(http, `/runs/${runId}/stream`);
  for (const id of ["1", "2", "3"]) expect((await stream.next()).id).toBe(id);
  await append([delta("one ")]);
  expect(JSON.parse((await stream.next()).data)).toMatchObject({ text: "one ", seq: 4 });
  await append(ending, 3);
  const rest = await stream.rest();
  expect(rest.map((one) => one.id ?? one.event)).toEqual(["5", "6", "6"]);
  expect(rest.at(-1)?.event).toBe("end");
});

test("a client that left in the middle of deltas resumes after they were deleted", async () => {
  const { runId, append } = await holdRun(server.store);
  const first = await follow(http, `/runs/${runId}/stream`);
  for (let i = 0; i < 3; i++) await first.next();
  await append([delta("one "), delta("two")]);
  const { id } = await first.next();
  first.close();
  await append(ending, 3);

  const rest = await (await follow(http, `/runs/${runId}/stream`, id ?? "")).rest();
  expect(rest.map((one) => one.event)).toEqual(["event", "event", "end"]);
  expect(JSON.parse(rest[0]?.data ?? "")).toMatchObject({ type: "step.completed", seq: 6 });
});

test("Last-Event-ID wins over after, and both resume; at the end there is only end", async () => {
  const runId = await runIn(server.store, "failed");
  const firstId = async (path: string, lastEventId?: string) =>
    (await (await follow(http, `/runs/${runId}/stream${path}`, lastEventId)).rest())[0];
  expect((await firstId("?after=3"))?.id).toBe("4");
  expect((await firstId("?after=3", "1"))?.id).toBe("2");
  expect((await firstId("", "5"))?.event).toBe("end");
});

test("the stream of a retried run goes on", async () => {
  const runId = await runIn(server.store, "failed");
  await server.client.runs.retry(runId);
  const stream = await follow(http, `/runs/${runId}/stream?after=5`);
  expect(JSON.parse((await stream.next()).data)).toMatchObject({ type: "run.retried" });
  await server.client.runs.cancel(runId);
  expect((await stream.rest()).map((one) => one.event)).toEqual(["event", "end"]);
});

test.each(["abc", "-1", "99999999999", "1.5"])("Last-Event-ID %s is refused", async (id) => {
  const runId = await createRun(server.store);
  const answer = server.app.request(`/api/v1/runs/${runId}/stream`, {
    headers: { "last-event-id": id },
  });
  expect(await problemOf(answer)).toMatchObject({ status: 400, code: "invalid_request" });
});

test("whoever follows a run asks its worker for live tokens", async () => {
  const { runId } = await holdRun(server.store);
  const watched: string[] = [];
  const off = server.store.signals.onWatch((id) => watched.push(id));
  const stream = await follow(http, `/runs/${runId}/stream`);
  await expect.poll(() => watched).toContain(runId);
  stream.close();
  off();
});

test("when the server closes, streams end without end, and the client finds the next server", async () => {
  const { runId, append } = await holdRun(server.store);
  const first = await listenOn(server.app);
  const client = createClient({ baseUrl: first.url });
  const seen: number[] = [];
  const done = (async () => {
    for await (const event of client.runs.stream(runId)) seen.push(event.seq);
  })();
  await expect.poll(() => seen.length).toBe(3);
  const began = performance.now();
  await first.close(5_000);
  expect(performance.now() - began).toBeLessThan(2_000);

  const second = await serveApp(server.app, { host: "127.0.0.1", port: first.port });
  await append(ending);
  await done;
  expect(seen).toEqual([1, 2, 3, 4, 5]);
  await second.close(1_000);
});

test("a quiet stream sends comments, so that the connection is kept", async () => {
  const quiet = await listenOn(server.appWith({ streams: { heartbeatMs: 20 } }));
  const { runId } = await holdRun(server.store);
  const response = await fetch(`${quiet.url}/api/v1/runs/${runId}/stream`);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(": still here\n\n: still here")) {
    text += (await reader?.read())?.value ?? "";
  }
  await reader?.cancel();
  await quiet.close(1_000);
});

test("a client that takes nothing is dropped, and does not hold the others up", async () => {
  const impatient = await listenOn(server.appWith({ streams: { stallMs: 300 } }));
  const { runId, append } = await holdRun(server.store);
  const socket = connect(impatient.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  socket.write(`GET /api/v1/runs/${runId}/stream HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const closed = once(socket, "close");
  for (let i = 0; i < 12; i++) await append([delta("x".repeat(2_000_000))]);
  const ended = await runIn(server.store, "completed");
  expect(await (await follow(impatient, `/runs/${ended}/stream`)).rest()).toHaveLength(6);
  await expect
    .poll(() => server.log.some(({ message }) => message.includes("was dropped")), {
      timeout: 5_000,
    })
    .toBe(true);
  // The socket notices once it reads again what had been sent before.
  socket.resume();
  await closed;
  await impatient.close(1_000);
});

test("streams leave nothing behind: the process keeps one subscription while any is open", async () => {
  const { store } = server;
  let open = 0;
  const counted = {
    ...store,
    signals: {
      ...store.signals,
      onChange(callback: (ids: string[]) => void) {
        open += 1;
        const off = store.signals.onChange(callback);
        return () => {
          open -= 1;
          off();
        };
      },
    },
  };
  const own = await listenOn(server.appWith({ store: counted }));
  const { runId } = await holdRun(server.store);
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => follow(own, `/runs/${runId}/stream`)),
  );
  for (const stream of streams) await stream.next();
  expect(open).toBe(1);
  for (const stream of streams) stream.close();
  await expect.poll(() => open).toBe(0);
  await own.close(1_000);
});
