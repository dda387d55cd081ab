import type { LookupFunction } from "node:net";
import { Agent, request } from "undici";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { testContext } from "../test-context.ts";
import { guardedConnector } from "./network.ts";
import { serve } from "./test-server.ts";

describe("http_fetch sends nothing to", () => {
  test.each([
    ...["http://127.0.0.1", "http://127.1", "http://127.0.1", "http://2130706433"],
    ...["http://0x7f000001", "http://0x7f.0x0.0x0.0x1", "http://0177.0.0.1", "http://017700000001"],
    ...["http://127.0.0.1.", "http://0", "http://0.0.0.0", "http://127.000.000.001"],
    ...["http://①②⑦.⓪.⓪.①", "http://１２７。０。０。１", "http://%31%32%37.0.0.1"],
    ...["http://[::1]", "http://[::]", "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]"],
    ...["http://[::ffff:7f00:1]", "http://[::127.0.0.1]", "http://[64:ff9b::7f00:1]"],
    ...["http://[2002:7f00:1::]", "http://169.254.169.254", "http://0xa9fea9fe", "http://10.1"],
    ...["http://192.168.257", "http://[fd00:ec2::254]", "http://[fe80::1]", "https://127.0.0.1"],
    ...["http:127.0.0.1", "http:\\\\127.0.0.1", "HTTP://127.0.0.1"],
  ])("%s", async (origin) => {
    const server = await serve((_request, response) => response.end("secret"));
    const port = await openTools();
    const url = `${origin}:${server.port}/`;
    await expect(port.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
      code: "tool_forbidden",
      transient: false,
    });
    expect(server.seen).toEqual([]);
  });

  test.each([
    ["ftp://example.org/", "tool_forbidden"],
    ["file:///etc/passwd", "tool_forbidden"],
    ["data:text/plain,hi", "tool_forbidden"],
    ["gopher://example.org/", "tool_forbidden"],
    ["http://user:secret@example.org/", "tool_forbidden"],
    ["http://example.org:22/", "tool_forbidden"],
    ["http://example.org:25/", "tool_forbidden"],
    ["http://[fe80::1%25eth0]/", "tool_input_invalid"],
    ["http://1.2.3.4.5.6.7.256/", "tool_input_invalid"],
    ["//example.org/", "tool_input_invalid"],
    ["example.org", "tool_input_invalid"],
  ])("%s (%s)", async (url, code) => {
    const port = await openTools({
      settings: { resolve: () => Promise.reject(new Error("asked")) },
    });
    await expect(port.call("http_fetch", { url }, testContext())).rejects.toMatchObject({ code });
  });
});

describe("a host name", () => {
  test.each([
    ["one private address", ["10.0.0.1"]],
    ["a public and a private address", ["93.184.216.34", "127.0.0.1"]],
    ["a mapped loopback address", ["::ffff:127.0.0.1"]],
    ["nonsense", ["localhost"]],
  ])("that resolves to %s is refused", async (_what, addresses) => {
    const port = await openTools({ settings: { resolve: async () => addresses } });
    const url = "http://intranet.test/";
    await expect(port.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
      code: "tool_forbidden",
    });
  });

  test("without an address fails for good, and a resolver out of order for now", async () => {
    const failing = (error: Error) =>
      openTools({ settings: { resolve: () => Promise.reject(error) } });
    const url = "http://nowhere.test/";
    const none = await openTools({ settings: { resolve: async () => [] } });
    await expect(none.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
      code: "tool_failed",
      transient: false,
    });
    const later = await failing(Object.assign(new Error("try again"), { code: "EAI_AGAIN" }));
    await expect(later.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
      code: "tool_failed",
      transient: true,
    });
  });

  test("is resolved once a request, so its answer cannot change after the check", async () => {
    const server = await serve((_request, response) => response.end("secret"));
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return asked.length === 1 ? ["10.9.8.7"] : ["127.0.0.1"];
    };
    const port = await openTools({ settings: { resolve } });
    const url = `http://rebind.test:${server.port}/`;
    for (const times of [1, 2]) {
      await expect(port.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
        code: "tool_forbidden",
      });
      expect(asked).toHaveLength(times);
    }
    expect(server.seen).toEqual([]);
  });

  test("that changes between check and connect is caught at the connected peer", async () => {
    const server = await serve((_request, response) => response.end("secret"));
    const changed: LookupFunction = (_hostname, options, callback) =>
      options.all
        ? callback(null, [{ address: "127.0.0.1", family: 4 }])
        : callback(null, "127.0.0.1", 4);
    const connect = guardedConnector(new Set(), changed, changed);
    const dispatcher = new Agent({ connect });
    await expect(
      request(`http://rebind.test:${server.port}/`, { dispatcher }),
    ).rejects.toMatchObject({ code: "tool_forbidden" });
    expect(server.seen).toEqual([]);
  });
});

describe("a redirect", () => {
  test.each([
    "http://127.0.0.1:{port}/",
    "http://0x7f000001:{port}/",
    "//[::ffff:127.0.0.1]:{port}/",
    "http://inside.test:{port}/",
    "file:///etc/passwd",
    "http://user:pw@127.0.0.1/",
  ])("to %s is judged like the first address", async (target) => {
    const inside = await serve((_request, response) => response.end("secret"));
    const location = target.replace("{port}", String(inside.port));
    const outside = await serve((_request, response) =>
      response.writeHead(302, { location }).end(),
    );
    const settings = { allow: [outside.host], resolve: async () => ["127.0.0.1"] };
    const port = await openTools({ settings });
    const url = `http://${outside.host}/`;
    await expect(port.call("http_fetch", { url }, testContext())).rejects.toMatchObject({
      code: "tool_forbidden",
    });
    expect(outside.seen).toEqual(["GET /"]);
    expect(inside.seen).toEqual([]);
  });
});

describe("the list of allowed destinations", () => {
  test("opens exactly the host and port it names", async () => {
    const server = await serve((_request, response) => response.end("ours"));
    const resolve = async () => ["127.0.0.1"];
    const port = await openTools({ settings: { allow: [`wiki.test:${server.port}`], resolve } });
    const fetchFrom = (host: string) =>
      port.call("http_fetch", { url: `http://${host}:${server.port}/` }, testContext());
    expect(await fetchFrom("wiki.test")).toMatchObject({ body: "ours" });
    await expect(fetchFrom("127.0.0.1")).rejects.toMatchObject({ code: "tool_forbidden" });
    await expect(fetchFrom("evil.wiki.test")).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test.each(["wiki.test", "http://wiki.test:80", "wiki.test:80/path", "a@b:80", "*:80:80"])(
    "refuses %s at the start",
    async (entry) => {
      await expect(openTools({ settings: { allow: [entry] } })).rejects.toMatchObject({
        code: "config_invalid",
      });
    },
  );
});
