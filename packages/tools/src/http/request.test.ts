import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { serve } from "./test-server.ts";

async function echo(request: IncomingMessage): Promise<string> {
  const { method, headers } = request;
  const key = headers["idempotency-key"];
  return JSON.stringify({ method, key, type: headers["content-type"], body: await text(request) });
}

test.each([
  [{ method: "POST", json: { a: [1] } }, '{"a":[1]}', "application/json"],
  [{ method: "PUT", text: "hé" }, "hé", "text/plain; charset=utf-8"],
  [{ method: "PATCH", text: "a=1", headers: { "Content-Type": "x/y" } }, "a=1", "x/y"],
  [{ method: "DELETE" }, "", undefined],
])("sends %o with the call's idempotency key", async (input, body, type) => {
  const server = await serve(
    (request, response) => void echo(request).then((it) => response.end(it)),
  );
  const port = await openTools({ settings: { allow: [server.host] } });
  const context = testContext();
  const result = await port.call(
    "http_request",
    { url: `http://${server.host}/`, ...input },
    context,
  );
  expect(JSON.parse((result as { body: string }).body)).toEqual({
    method: input.method,
    key: context.idempotencyKey,
    body,
    ...(type && { type }),
  });
});

test("a redirect is an answer, not followed", async () => {
  const server = await serve((_request, response) =>
    response.writeHead(307, { location: "/elsewhere" }).end(),
  );
  const port = await openTools({ settings: { allow: [server.host] } });
  const input = { url: `http://${server.host}/`, method: "POST", json: null };
  expect(await port.call("http_request", input, testContext())).toMatchObject({
    status: 307,
    headers: { location: "/elsewhere" },
  });
  expect(server.seen).toEqual(["POST /"]);
});

test("a broken connection is not tried again: it may have taken effect", async () => {
  const server = await serve((request) => request.socket.destroy());
  const port = await openTools({ settings: { allow: [server.host] } });
  const input = { url: `http://${server.host}/`, method: "POST", text: "x" };
  await expect(port.call("http_request", input, testContext())).rejects.toMatchObject({
    code: "tool_failed",
    transient: false,
    message: expect.stringContaining("may have taken effect") as string,
  });
  expect(server.seen).toHaveLength(1);
});

test("private addresses are refused as for http_fetch", async () => {
  const port = await openTools();
  const input = { url: "http://169.254.169.254/", method: "POST", json: {} };
  await expect(port.call("http_request", input, testContext())).rejects.toMatchObject({
    code: "tool_forbidden",
  });
});
