import { connect, type Socket } from "node:net";
import { problemSchema } from "@flotilla/api";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServerEnv } from "../src/app-parts.ts";
import { connectionLimits } from "../src/http/guard-connections.ts";
import { serveApp, type RunningServer } from "../src/listen.ts";

const app = new Hono<ServerEnv>();
app.get("/", (c) => c.text("here"));
app.get("/socket", (c) => {
  c.env.upgrade?.accept((socket) => socket.close());
  return c.body(null);
});
app.get("/large", (c) => c.body(new Uint8Array(64 * 1024 * 1024)));
app.post("/", async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
app.post("/busy", async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return c.text(String((await c.req.arrayBuffer()).byteLength));
});

const limits = {
  ...connectionLimits,
  requestsPerConnection: 3,
  headersMs: 300,
  everyMs: 100,
  bodyWindowMs: 400,
  bodyBytesPerSecond: 1_000,
  stallMs: 500,
  pendingBytesPerSecond: 256 * 1024 * 1024,
};

let server: RunningServer;
beforeAll(async () => {
  server = await serveApp(app, { host: "127.0.0.1", port: 0 }, limits);
});
afterAll(() => server.close(100));

const head = (first: string, ...more: string[]) =>
  [first, "host: localhost", ...more, "", ""].join("\r\n");

/** Sends bytes and resolves with all that came back once the connection is closed. */
async function exchange(text: string, more?: (socket: Socket) => void): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes) => (answer += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(text, () => more?.(socket));
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

function problemIn(answer: string) {
  const [headers = "", body = ""] = answer.split("\r\n\r\n");
  expect(headers.toLowerCase()).toContain("content-type: application/problem+json");
  const problem = problemSchema.parse(JSON.parse(body));
  expect(headers).toContain(`HTTP/1.1 ${problem.status} `);
  expect(problem.remedy).not.toBe("");
  return problem;
}

test.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["a header without a colon", head("GET / HTTP/1.1", "x y"), 400],
  ["two lengths", head("POST / HTTP/1.1", "content-length: 1", "content-length: 2"), 400],
  ["headers that are too large", head("GET / HTTP/1.1", `x: ${"x".repeat(17_000)}`), 431],
  ["a URL that is too long for a header", head(`GET /${"x".repeat(17_000)} HTTP/1.1`), 431],
  ["a host that is none", "GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n", 400],
  ["an unknown expectation", head("POST / HTTP/1.1", "expect: more", "connection: close"), 417],
  [
    "a handshake of no version that is spoken",
    head("GET /socket HTTP/1.1", "connection: upgrade", "upgrade: websocket"),
    400,
  ],
  [
    "a handshake with a host that is none",
    "GET /socket HTTP/1.1\r\nhost: a b\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    400,
  ],
])("%s is refused with a problem", async (_, text, status) => {
  expect(problemIn(await exchange(text)).status).toBe(status);
});

test("headers that come too slowly are refused, and a connection that says nothing is closed", async () => {
  expect(problemIn(await exchange("GET / HTTP/1.1\r\nhost: ")).status).toBe(408);
  expect(problemIn(await exchange("")).status).toBe(408);
});

test("a body that comes too slowly is refused", async () => {
  const answer = await exchange(head("POST / HTTP/1.1", "content-length: 100"), (socket) => {
    const drip = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => clearInterval(drip));
  });
  expect(problemIn(answer)).toMatchObject({ status: 408, code: "invalid_request" });
});

test("a body may take its time at the pace that is asked for, and while the server is busy", async () => {
  const post = (path: string) => head(`POST ${path} HTTP/1.1`, "content-length: 400000");
  const steady = exchange(post("/"), (socket) => {
    let left = 400_000;
    const drip = setInterval(() => {
      socket.write("x".repeat(20_000));
      left -= 20_000;
      if (left > 0) return;
      clearInterval(drip);
      setTimeout(() => socket.end(), 500);
    }, 100);
  });
  const busy = exchange(post("/busy"), (socket) => socket.end("x".repeat(400_000)));
  for (const answer of await Promise.all([steady, busy])) expect(answer).toMatch(/400000$/);
});

test("an answer that nobody takes is given up", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.pause();
  socket.write(head("GET /large HTTP/1.1"));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  let taken = 0;
  socket
    .on("data", (bytes) => (taken += bytes.length))
    .on("error", () => undefined)
    .resume();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(taken).toBeLessThan(64 * 1024 * 1024);
});

test("after its number of requests a connection is closed", async () => {
  const answer = await exchange(head("GET / HTTP/1.1").repeat(5));
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  expect(answer.toLowerCase()).toContain("connection: close");
});
