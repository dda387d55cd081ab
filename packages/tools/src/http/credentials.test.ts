import { fillPlaceholders, FlotillaError, type OutgoingRequest } from "@flotilla/core";
import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { z } from "zod";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { defineTool } from "../tool.ts";
import { serve } from "./test-server.ts";

const secret = "the-secret-itself";
const headers = { authorization: "Bearer {{credential:github}}", accept: "text/plain" };

/** As a vault would: to one host only. */
function placing(host: string) {
  return async (request: OutgoingRequest): Promise<OutgoingRequest> => {
    const { authorization = "" } = request.headers;
    const filled = fillPlaceholders(authorization, () => secret);
    if (filled === authorization) return request;
    if (request.url.host !== host) throw new FlotillaError("tool_forbidden", "not bound");
    return { ...request, headers: { ...request.headers, authorization: filled } };
  };
}

/** Answers with what it was sent, or redirects there. */
function echo(location?: string): RequestListener {
  return ({ url, headers: got }, response) => {
    if (location !== undefined && url === "/start") {
      response.writeHead(307, { location }).end();
      return;
    }
    const { authorization = null, accept } = got;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ authorization, accept }));
  };
}

async function sentTo(listener: RequestListener, tool: string, other?: string) {
  const server = await serve(listener);
  const port = await openTools({ settings: { allow: [server.host, other ?? server.host] } });
  const context = testContext({ place: placing(server.host), attempt: 4 });
  const method = tool === "http_request" ? "POST" : "GET";
  const input = { url: `http://${server.host}/start`, headers, method };
  return (await port.call(tool, input, context)) as { status: number; body: string; url: string };
}

test.each(["http_fetch", "http_request"])("%s sends a secret to where it may go", async (tool) => {
  const { body } = await sentTo(echo(), tool);
  expect(JSON.parse(body)).toMatchObject({ authorization: `Bearer ${secret}` });
});

test("a redirect to another host is followed without the secret", async () => {
  const elsewhere = await serve(echo());
  const to = `http://${elsewhere.host}/end`;
  const { body, url } = await sentTo(echo(to), "http_fetch", elsewhere.host);
  expect(url).toBe(to);
  expect(JSON.parse(body)).toEqual({ authorization: null, accept: "text/plain" });
});

test("a redirect on the same host is judged again, and keeps it", async () => {
  const { body } = await sentTo(echo("/end"), "http_fetch");
  expect(JSON.parse(body)).toMatchObject({ authorization: `Bearer ${secret}` });
});

test("a redirect that asks for a secret by its placeholder gets none", async () => {
  const asking = sentTo(echo("/end?key={{credential:github}}"), "http_fetch");
  await expect(asking).rejects.toMatchObject({ code: "tool_forbidden" });
});

test("http_request hands a redirect over as the answer", async () => {
  const { status } = await sentTo(echo("/end"), "http_request");
  expect(status).toBe(307);
});

const own = (url: string) =>
  defineTool({
    name: "own",
    description: "Asks a service.",
    input: z.strictObject({}),
    output: z.strictObject({ status: z.int(), body: z.string() }),
    recovery: "idempotent",
    timeoutMs: 5_000,
    maxAttempts: 1,
    async call(_input, { fetch }) {
      const answer = await fetch(url, { headers });
      return { status: answer.status, body: await answer.text() };
    },
  });

async function callOwn(listener: RequestListener, boundTo?: string) {
  const server = await serve(listener);
  const port = await openTools({ tools: [own(`http://${server.host}/start`)] });
  const place = placing(boundTo ?? server.host);
  return (await port.call("own", {}, testContext({ place }))) as { status: number; body: string };
}

test("a tool of one's own uses a secret with its fetch, without having it", async () => {
  const { body } = await callOwn(echo());
  expect(JSON.parse(body)).toMatchObject({ authorization: `Bearer ${secret}` });
  await expect(callOwn(echo(), "elsewhere.test")).rejects.toMatchObject({ code: "tool_forbidden" });
});

test("its fetch follows no redirect with a secret", async () => {
  const elsewhere = await serve(echo());
  const { status } = await callOwn(echo(`http://${elsewhere.host}/end`));
  expect(status).toBe(307);
  expect(elsewhere.seen).toEqual([]);
});

test("localhost is this machine, or nothing is sent to it", async () => {
  const server = await serve(echo());
  const name = `localhost:${server.port}`;
  const settings = { allow: [name], resolve: async () => ["192.0.2.1"] };
  const port = await openTools({ settings });
  const sending = port.call("http_fetch", { url: `http://${name}/` }, testContext({ attempt: 4 }));
  await expect(sending).rejects.toMatchObject({ code: expect.stringMatching(/^tool_/) as string });
  expect(server.seen).toEqual([]);
});
