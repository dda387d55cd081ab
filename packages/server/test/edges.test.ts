import type { Caller } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localCaller } from "@flotilla/core";
import { openAccess } from "../src/access/access.ts";
import type { AppParts } from "../src/app-parts.ts";
import { RateLimiters } from "../src/http/rate-limiter.ts";
import { proxyList } from "../src/http/client-address.ts";
import { openTestServer, problemOf, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** Callers by the name that they give as their key. */
const access = {
  ...openAccess(),
  signIn: "required" as const,
  async identify({ header }: { header(name: string): string | undefined }): Promise<Caller> {
    return { ...localCaller, kind: "key" as const, id: header("authorization") ?? "nobody" };
  },
};

const plenty = { perMinute: 60_000, burst: 10_000 };

/** Sends a request that comes from an address, as the server would see it. */
function asker(changed: Partial<AppParts>) {
  const app = server.appWith({ access, ...changed });
  return async (address: string, headers: Record<string, string> = {}) =>
    app.request(
      "/api/v1/tools",
      { headers },
      {
        incoming: { socket: { remoteAddress: address } },
      },
    );
}

test("a caller that sends more than its rate is told how long to wait", async () => {
  const rates = new RateLimiters({ caller: { perMinute: 6, burst: 2 }, address: plenty });
  const ask = asker({ rates });
  const first = await ask("10.0.0.1", { authorization: "a" });
  expect(first.status).toBe(200);
  expect(first.headers.get("ratelimit-policy")).toBe('"caller";q=2;w=20');
  expect(first.headers.get("ratelimit")).toMatch(/^"caller";r=1;t=\d+$/);
  await ask("10.0.0.2", { authorization: "a" });
  const third = await ask("10.0.0.3", { authorization: "a" });
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(third.headers.get("ratelimit")).toMatch(/^"caller";r=0;t=\d+$/);
  expect(await problemOf(third)).toMatchObject({ status: 429, code: "rate_limited" });
  expect((await ask("10.0.0.1", { authorization: "b" })).status).toBe(200);
});

test("an address has its own rate, whoever it speaks for", async () => {
  const ask = asker({
    rates: new RateLimiters({ caller: plenty, address: { perMinute: 1, burst: 1 } }),
  });
  expect((await ask("10.0.0.1", { authorization: "a" })).status).toBe(200);
  expect((await ask("10.0.0.1", { authorization: "b" })).status).toBe(429);
  expect((await ask("::ffff:10.0.0.1")).status).toBe(429);
  expect((await ask("10.0.0.2", { authorization: "b" })).status).toBe(200);
});

test.each([
  ["nobody's word counts without a trusted proxy", [], "x-forwarded-for", "1.1.1.1", false],
  ["the proxy's word counts", ["10.0.0.0/8"], "x-forwarded-for", "1.1.1.1", true],
  [
    "what came before the proxy does not",
    ["10.0.0.0/8"],
    "x-forwarded-for",
    "1.1.1.1, 9.9.9.9",
    false,
  ],
  [
    "one proxy behind another is passed",
    ["10.0.0.0/8"],
    "x-forwarded-for",
    "1.1.1.1, 10.2.3.4",
    true,
  ],
  [
    "the standard's header counts too",
    ["10.0.0.1"],
    "forwarded",
    'for="1.1.1.1:80";proto=https',
    true,
  ],
  ["what is no address does not", ["10.0.0.1"], "x-forwarded-for", "me", false],
])("of whom a request is: %s", async (_, proxies, header, value, believed) => {
  const ask = asker({
    trustedProxies: proxyList(proxies),
    rates: new RateLimiters({ caller: plenty, address: { perMinute: 1, burst: 1 } }),
  });
  await ask("10.0.0.1", { [header]: value });
  const asIfFrom1 = await ask("1.1.1.1");
  expect(asIfFrom1.status).toBe(believed ? 429 : 200);
});

test("the addresses of one IPv6 network are one", async () => {
  const ask = asker({
    rates: new RateLimiters({ caller: plenty, address: { perMinute: 1, burst: 1 } }),
  });
  expect((await ask("2001:db8:0:1::1")).status).toBe(200);
  expect((await ask("2001:db8::1:a:b:c:d")).status).toBe(429);
  expect((await ask("2001:db8:0:2::1")).status).toBe(200);
  expect((await ask("1.1.1.1")).status).toBe(200);
  expect((await ask("1.1.1.2")).status).toBe(200);
});

test("with both headers none is believed: nobody knows which one the proxy has written", async () => {
  const ask = asker({
    trustedProxies: proxyList(["10.0.0.1"]),
    rates: new RateLimiters({ caller: plenty, address: { perMinute: 1, burst: 1 } }),
  });
  await ask("10.0.0.1", { "x-forwarded-for": "1.1.1.1", forwarded: "for=1.1.1.1" });
  expect((await ask("1.1.1.1")).status).toBe(200);
  expect((await ask("10.0.0.1")).status).toBe(429);
});

test("pages of an origin that may use the API get its answers, without cookies", async () => {
  const app = server.appWith({ corsOrigins: ["https://app.example.com"] });
  const origin = "https://app.example.com";
  const answer = await app.request("/api/v1/tools", { headers: { origin } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
  expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  const asked = await app.request("/api/v1/runs", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST" },
  });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-headers")).toContain("idempotency-key");
  const other = await app.request("/api/v1/tools", { headers: { origin: "https://evil.example" } });
  expect(await problemOf(other)).toMatchObject({ status: 403 });
});
