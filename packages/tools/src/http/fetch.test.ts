import { gzipSync, brotliCompressSync } from "node:zlib";
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import type { ToolSettings } from "../settings.ts";
import { testContext } from "../test-context.ts";
import { serve } from "./test-server.ts";

async function fetchFrom(
  listener: RequestListener,
  input: object = {},
  settings: ToolSettings = {},
) {
  const server = await serve(listener);
  const port = await openTools({ settings: { allow: [server.host], ...settings } });
  const url = `http://${server.host}/start`;
  const result = await port.call("http_fetch", { url, ...input }, testContext({ attempt: 4 }));
  return result as { body: string; truncated: boolean; note?: string; nextOffset?: number };
}

function answer(body: string | Buffer, headers: Record<string, string>): RequestListener {
  return (_request, response) => response.writeHead(200, headers).end(body);
}

describe("an answer", () => {
  test("comes with status, final address, type, chosen headers and text", async () => {
    const result = await fetchFrom((_request, response) =>
      response
        .writeHead(404, {
          "content-type": "text/html",
          etag: '"1"',
          "set-cookie": "a=b",
          date: "x",
        })
        .end("<p>gone</p>"),
    );
    expect(result).toEqual({
      status: 404,
      url: expect.stringMatching(/^http:\/\/127.0.0.1:\d+\/start$/) as string,
      contentType: "text/html",
      headers: { etag: '"1"', date: "x" },
      body: "gone",
      truncated: false,
    });
  });

  test.each([
    ["gzip", gzipSync("packed")],
    ["br", brotliCompressSync("packed")],
  ])("compressed with %s is unpacked", async (encoding, body) => {
    const headers = { "content-encoding": encoding, "content-type": "text/plain" };
    expect(await fetchFrom(answer(body, headers))).toMatchObject({ body: "packed" });
  });

  test.each([
    ["text/plain; charset=iso-8859-1", Buffer.from("caf\xe9", "latin1"), "café"],
    ['text/plain; charset="shift_jis"', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), "日本"],
    ["text/plain; charset=utf-16le", Buffer.from("hi", "utf16le"), "hi"],
    ["application/problem+json", Buffer.from('{"a":1}'), '{"a":1}'],
    ["text/plain", Buffer.from("\ufeffhi", "utf16le"), "hi"],
  ])("of type %s is decoded", async (type, body, text) => {
    expect(await fetchFrom(answer(body, { "content-type": type }))).toMatchObject({ body: text });
  });

  test.each([
    ["image/png", Buffer.from([0x89, 0x50])],
    ["application/octet-stream", Buffer.from("text all the same")],
    ["text/plain", Buffer.from([0x61, 0, 0x62])],
    ["text/plain; charset=klingon", Buffer.from("Qapla'")],
  ])("of type %s that is no readable text is left out with a note", async (type, body) => {
    const result = await fetchFrom(answer(body, { "content-type": type }));
    expect(result).toMatchObject({ body: "", note: expect.stringContaining("left out") as string });
  });

  test("to HEAD has no body", async () => {
    const result = await fetchFrom(answer("x", { "content-length": "1" }), { method: "HEAD" });
    expect(result).toMatchObject({ body: "", headers: { "content-length": "1" } });
  });
});

describe("a long answer", () => {
  test("is read up to the cap and no further", async () => {
    let closed = false;
    const endless: RequestListener = (_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const more = () => {
        while (!closed && response.write("x".repeat(16_384)));
      };
      response.on("drain", more).on("close", () => (closed = true));
      more();
    };
    const result = await fetchFrom(endless, {}, { maxResponseBytes: 100_000 });
    expect(result).toMatchObject({ truncated: true, body: "x".repeat(100_000) });
    await expect.poll(() => closed).toBe(true);
  });

  test("is counted after decompression", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x61));
    const headers = { "content-encoding": "gzip", "content-type": "text/plain" };
    const result = await fetchFrom(answer(bomb, headers), {}, { maxResponseBytes: 150_000 });
    expect(result).toMatchObject({ truncated: true });
    expect(result.body).toHaveLength(150_000);
  });

  test("that does not fit into a result is read on from its offset", async () => {
    const text = "é\n".repeat(150_000);
    const listener = answer(text, { "content-type": "text/plain" });
    const first = await fetchFrom(listener);
    expect(first.truncated).toBe(true);
    const rest = await fetchFrom(listener, { offset: first.nextOffset });
    expect(rest.truncated).toBe(true);
    const last = await fetchFrom(listener, { offset: rest.nextOffset });
    expect([last.truncated, first.body + rest.body + last.body === text]).toEqual([false, true]);
  });

  test("whose headers are too large fails", async () => {
    const headers = { "x-long": "x".repeat(40_000) };
    await expect(fetchFrom(answer("", headers))).rejects.toMatchObject({ code: "tool_failed" });
  });
});

describe("redirects", () => {
  test("are followed, relative ones too", async () => {
    const result = await fetchFrom(({ url }, response) =>
      url === "/start"
        ? response.writeHead(301, { location: "next?a=1" }).end()
        : response.end(`at ${url}`),
    );
    expect(result).toMatchObject({ body: "at /next?a=1", status: 200 });
  });

  test("end after five", async () => {
    let hops = 0;
    const endless: RequestListener = (_request, response) =>
      response.writeHead(302, { location: `/${++hops}` }).end();
    await expect(fetchFrom(endless)).rejects.toMatchObject({
      message: expect.stringContaining("more than 5 times") as string,
    });
    expect(hops).toBe(6);
  });

  test("to another origin do not carry what could be secret", async () => {
    const other = await serve(({ headers }, response) => response.end(JSON.stringify(headers)));
    const first = await serve((_request, response) =>
      response.writeHead(307, { location: `http://${other.host}/` }).end(),
    );
    const port = await openTools({ settings: { allow: [first.host, other.host] } });
    const headers = {
      Authorization: "Bearer x",
      "X-Key": "k",
      Cookie: "c=1",
      Accept: "text/plain",
    };
    const url = `http://${first.host}/`;
    const result = await port.call("http_fetch", { url, headers }, testContext());
    const received = JSON.parse((result as { body: string }).body) as Record<string, string>;
    expect(received).toMatchObject({ accept: "text/plain" });
    expect(Object.keys(received)).not.toEqual(expect.arrayContaining(["authorization"]));
    expect([received["x-key"], received.cookie]).toEqual([undefined, undefined]);
  });
});

describe("failures", () => {
  test("a busy server is tried again as it asks, and on the last try handed over", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(503, { "retry-after": "7" }).end("busy"),
    );
    const port = await openTools({ settings: { allow: [server.host] } });
    const input = { url: `http://${server.host}/` };
    await expect(port.call("http_fetch", input, testContext())).rejects.toMatchObject({
      code: "tool_failed",
      transient: true,
      retryAfterMs: 7_000,
    });
    expect(await port.call("http_fetch", input, testContext({ attempt: 4 }))).toMatchObject({
      status: 503,
      body: "busy",
    });
  });

  test("a broken connection is transient", async () => {
    await expect(fetchFrom((request) => request.socket.destroy())).rejects.toMatchObject({
      code: "tool_failed",
      transient: true,
    });
  });

  test("a refused connection is transient", async () => {
    const settings = { allow: ["127.0.0.1:1"] };
    const port = await openTools({ settings });
    await expect(
      port.call("http_fetch", { url: "http://127.0.0.1:1/" }, testContext()),
    ).rejects.toMatchObject({ code: "tool_failed", transient: true });
  });

  test("a header that frames the message is refused", async () => {
    for (const headers of [{ Host: "a" }, { "Transfer-Encoding": "chunked" }, { "Proxy-X": "1" }]) {
      await expect(fetchFrom(answer("", {}), { headers })).rejects.toMatchObject({
        code: "tool_input_invalid",
      });
    }
    await expect(
      fetchFrom(answer("", {}), { headers: { "X-A": "1\r\nX-B: 2" } }),
    ).rejects.toMatchObject({ code: "tool_input_invalid" });
  });

  test("cancelling closes the connection", async () => {
    const controller = new AbortController();
    let closed = false;
    const server = await serve((request) => {
      request.on("close", () => (closed = true));
      controller.abort();
    });
    const port = await openTools({ settings: { allow: [server.host] } });
    const context = testContext({ signal: controller.signal });
    await expect(
      port.call("http_fetch", { url: `http://${server.host}/` }, context),
    ).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => closed).toBe(true);
  });
});
