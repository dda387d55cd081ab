import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  server.app.request(path, { headers });

test("what does not exist is a problem with a request id", async () => {
  const answer = await get("/api/v1/nothing");
  const problem = await problemOf(answer);
  expect(problem).toMatchObject({ status: 404, code: "not_found", title: "Not Found" });
  expect(problem.requestId).toBe(answer.headers.get("x-request-id"));
});

test("a method that a route does not take is refused, and those it takes are named", async () => {
  const answer = await send(server.app, "DELETE", "/runs");
  expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
  expect(await problemOf(answer)).toMatchObject({ status: 405, code: "invalid_request" });
});

test("a request id that looks sane is kept, any other replaced", async () => {
  const idFor = async (id: string) =>
    (await get("/healthz", { "x-request-id": id })).headers.get("x-request-id");
  expect(await idFor("trace-42")).toBe("trace-42");
  expect(await idFor("x".repeat(65))).toMatch(/^req_/);
  expect(await idFor('"><script>')).toMatch(/^req_/);
});

test.each(["localhost", "localhost:4600", "127.0.0.1:4600", "127.8.9.1", "[::1]:4600"])(
  "requests to %s are answered",
  async (host) => {
    expect((await get("/healthz", { host })).status).toBe(200);
  },
);

test.each(["evil.example", "127.0.0.1.evil.example", "192.168.1.5:4600", "localhost.evil.example"])(
  "requests to %s are refused: the name may have been rebound",
  async (host) => {
    expect(await problemOf(get("/api/v1/status", { host }))).toMatchObject({ status: 403 });
  },
);

test("requests that another site's page sends are refused", async () => {
  for (const origin of ["https://evil.example", "null", "http://127.0.0.1.evil.example"]) {
    expect(await problemOf(get("/api/v1/status", { origin }))).toMatchObject({ status: 403 });
  }
  const headers = { origin: "http://localhost:4600", host: "127.0.0.1:4600" };
  const own = await get("/api/v1/status", headers);
  expect(own.status).toBe(200);
  expect(own.headers.get("access-control-allow-origin")).toBeNull();
});

test("a page of another port of this machine is refused, and told what would let it", async () => {
  const headers = { origin: "http://localhost:5173", host: "localhost:4600" };
  const path = "/api/v1/batches/bat_00000000000000000000000000/pause";
  const sent = server.app.request(path, { method: "POST", headers });
  expect(await problemOf(sent)).toMatchObject({
    status: 403,
    remedy: expect.stringContaining("corsOrigins"),
  });
  const named = server.appWith({ corsOrigins: [headers.origin] });
  expect((await named.request("/api/v1/status", { headers })).status).toBe(200);
});

test("pages of the public address are the server's own, whatever Host a proxy passes on", async () => {
  const app = server.appWith({ publicOrigin: "https://flotilla.example" });
  const headers = { origin: "https://flotilla.example", host: "127.0.0.1:4600" };
  expect((await app.request("/api/v1/status", { headers })).status).toBe(200);
});

test("a host that is allowed by name is answered", async () => {
  const app = server.appWith({ allowedHosts: ["flotilla.internal"] });
  const answer = await app.request("/healthz", { headers: { host: "flotilla.internal:80" } });
  expect(answer.status).toBe(200);
});

test("a body above 8 MiB is refused, with and without a length", async () => {
  const body = JSON.stringify({ agent: "a", input: { text: "x".repeat(8 * 1024 * 1024) } });
  const post = (init: RequestInit) =>
    problemOf(
      server.app.request("/api/v1/runs", {
        method: "POST",
        headers: { "content-type": "application/json" },
        ...init,
      }),
    );
  expect(await post({ body })).toMatchObject({ status: 413, code: "too_large" });
  const streamed = { body: new Blob([body]).stream(), duplex: "half" } as RequestInit;
  expect(await post(streamed)).toMatchObject({ status: 413, code: "too_large" });
});

test("JSON that nests deeper than 64 levels, or is none, is refused", async () => {
  const post = (body: string) =>
    problemOf(
      server.app.request("/api/v1/runs", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      }),
    );
  expect(await post("[".repeat(65) + "]".repeat(65))).toMatchObject({ status: 400 });
  expect((await post("[".repeat(65) + "]".repeat(65))).detail).toContain("64 levels");
  expect((await post("[".repeat(1_000_000))).detail).toContain("not JSON");
  expect((await post("")).code).toBe("invalid_request");
});

test("a content type that a route does not take is refused", async () => {
  const post = (type: string) =>
    problemOf(
      server.app.request("/api/v1/runs", {
        method: "POST",
        headers: { "content-type": type },
        body: "agent: a",
      }),
    );
  expect(await post("application/yaml")).toMatchObject({ status: 415, code: "invalid_request" });
});

test("a URL longer than 8,192 characters is refused", async () => {
  expect(await problemOf(get(`/api/v1/runs?cursor=${"x".repeat(8_200)}`))).toMatchObject({
    status: 414,
    code: "too_large",
  });
});

test("what nobody expected is logged with its cause and not told to the caller", async () => {
  const { store } = server;
  const broken = {
    ...store,
    workers: { ...store.workers, list: () => Promise.reject(new Error("secret detail")) },
  };
  const problem = await problemOf(server.appWith({ store: broken }).request("/api/v1/status"));
  expect(problem).toMatchObject({ status: 500, code: "internal" });
  expect(JSON.stringify(problem)).not.toContain("secret");
  const line = server.log.find(({ level }) => level === "error");
  expect(line?.fields).toMatchObject({ requestId: problem.requestId });
  expect(line?.fields["err"]).toEqual(new Error("secret detail"));
});

test("requests are logged by route, those of the API at info", async () => {
  await get("/api/v1/agents/someone", { "x-request-id": "logged-1" });
  await get("/healthz", { "x-request-id": "logged-2" });
  const lineOf = (requestId: string) =>
    server.log.find(({ fields }) => fields["requestId"] === requestId);
  expect(lineOf("logged-1")).toMatchObject({
    level: "info",
    fields: { method: "GET", route: "/api/v1/agents/:name", status: 404 },
  });
  expect(lineOf("logged-2")?.level).toBe("debug");
});

test("every answer carries the security headers", async () => {
  for (const path of ["/healthz", "/api/v1/nothing", "/docs"]) {
    const { headers } = await get(path);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});
