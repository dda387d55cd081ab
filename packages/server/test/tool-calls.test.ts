import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ToolCalled } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import { defineTool, openTools } from "@flotilla/tools";
import type { Hono } from "hono";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { ServerEnv } from "../src/app-parts.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let app: Hono<ServerEnv>;
const calls: string[] = [];
const workspaces: string[] = [];

const stamp = defineTool({
  name: "stamp",
  description: "Stamps a text, and keeps the stamp.",
  input: z.strictObject({ text: z.string() }),
  output: z.strictObject({ text: z.string(), agent: z.string() }),
  emits: ["document"],
  recovery: "unknown",
  timeoutMs: 300,
  maxAttempts: 1,
  async call({ text }, context) {
    calls.push(context.idempotencyKey);
    workspaces.push(await context.workspace());
    if (text === "wait") await new Promise(() => {});
    if (text === "fail") {
      throw new FlotillaError("tool_failed", "No ink.", { remedy: "Buy ink." });
    }
    context.label("private");
    await context.keep({ name: "a.txt", mediaType: "text/plain", content: Buffer.from(text) });
    return { text: `stamped ${text}`, agent: context.agent };
  },
});

beforeAll(async () => {
  server = await openTestServer();
  app = server.appWith({ tools: await openTools({ tools: [stamp] }) });
});
afterAll(() => server.close());

const call = (tool: string, input: unknown, headers?: Record<string, string>) =>
  send(app, "POST", `/tools/${tool}/calls`, { input }, headers);
const called = async (answer: Promise<Response>) => {
  const response = await answer;
  expect(response.status).toBe(200);
  return (await response.json()) as ToolCalled;
};

it("a call by hand answers with result, labels, time and what it has kept, and leaves nothing", async () => {
  const answer = await called(call("stamp", { text: "it" }));
  expect(answer).toMatchObject({
    callId: expect.stringMatching(/^cal_/) as string,
    tool: "stamp",
    output: { text: "stamped it", agent: "by hand" },
    labels: ["document", "private"],
    ms: expect.any(Number) as number,
    kept: [{ name: "a.txt", mediaType: "text/plain", bytes: 2, base64: "aXQ=" }],
  });
  const { existsSync } = await import("node:fs");
  expect(existsSync(workspaces.at(-1) ?? "")).toBe(false);
});

it("built-in tools are called in a process of their own", async () => {
  expect((await called(call("calculator", { expression: "6*7" }))).output).toEqual({
    result: "42",
  });
  const { output } = await called(call("files_write", { path: "a.txt", content: "hello" }));
  expect(output).toMatchObject({ path: "a.txt", changed: true });
});

it("with an idempotency key it is made once", async () => {
  const before = calls.length;
  const headers = { "idempotency-key": "stamp-once" };
  const first = await called(call("stamp", { text: "x" }, headers));
  expect(await called(call("stamp", { text: "x" }, headers))).toEqual(first);
  expect(calls.slice(before)).toEqual([first.callId]);
});

it("what goes wrong is told with its remedy", async () => {
  expect(await problemOf(call("stamp", { txt: "it" }))).toMatchObject({
    status: 422,
    code: "tool_input_invalid",
    detail: expect.stringContaining("text") as string,
  });
  expect(await problemOf(call("stamp", { text: "fail" }))).toMatchObject({
    status: 502,
    code: "tool_failed",
    detail: "No ink.",
    remedy: "Buy ink.",
  });
  expect(await problemOf(call("stamp", { text: "wait" }))).toMatchObject({
    status: 504,
    code: "tool_timeout",
  });
  expect(await problemOf(call("stomp", {}))).toMatchObject({ status: 422, code: "unknown_tool" });
  expect(await problemOf(call("delegate", { agent: "a", task: "b" }))).toMatchObject({
    status: 403,
    detail: expect.stringContaining("part of runs") as string,
  });
});

it("tool rules decide: what is denied nobody calls, what is asked about whoever may answer", async () => {
  const { id } = await server.client.toolRules.add({ effect: "deny", tool: "stamp" });
  expect(await problemOf(call("stamp", { text: "it" }))).toMatchObject({
    status: 403,
    code: "tool_forbidden",
  });
  await server.client.toolRules.remove(id);
  await server.client.toolRules.add({ effect: "ask", tool: "stamp" });
  expect((await called(call("stamp", { text: "it" }))).output).toMatchObject({
    text: "stamped it",
  });
});

it("a credential is placed for a caller who may use it", async () => {
  const seen: (string | undefined)[] = [];
  const peer = createServer((request, response) => {
    seen.push(request.headers["x-key"] as string | undefined);
    response.end("hello");
  });
  await new Promise<void>((resolve) => void peer.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(peer.address() as AddressInfo).port}`;
  const tools = await openTools({ settings: { allow: [host] } });
  const own = server.appWith({ tools });
  await server.client.credentials.set("shelf", {
    kind: "header",
    secret: "a-secret-of-the-shelf-4711",
    binding: { hosts: [host], headers: ["x-key"] },
  });
  const input = { url: `http://${host}/`, headers: { "x-key": "{{credential:shelf}}" } };
  const answer = await send(own, "POST", "/tools/http_fetch/calls", { input });
  peer.closeAllConnections();
  peer.close();
  expect(answer.status).toBe(200);
  expect(seen).toEqual(["a-secret-of-the-shelf-4711"]);
});
