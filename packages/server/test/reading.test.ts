import type { Agent } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const name of ["one", "two", "three"]) {
    await server.client.agents.apply({ name, model: "simulated/demo" });
  }
  await server.client.runs.start({ agent: "one", input: { text: "6 * 7" } });
});
afterAll(() => server.close());

const get = async (path: string, headers: Record<string, string> = {}) =>
  server.app.request(`/api/v1${path}`, { headers });

test("only the fields that are asked for come, of an object and of a list's items", async () => {
  const list = (await (await get("/runs?fields=runId,status")).json()) as { items: object[] };
  expect(list).toMatchObject({ nextCursor: null });
  expect(Object.keys(list.items[0] ?? {}).toSorted()).toEqual(["runId", "status"]);
  expect(await (await get("/agents/one?fields=version")).json()).toEqual({ version: 1 });
});

test("a field that is not there is refused, and those that are there are named", async () => {
  const problem = await problemOf(get("/runs?fields=runId,state"));
  expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
  expect(problem.detail).toContain('"state"');
  expect(problem.remedy).toContain("status");
  expect(await problemOf(get("/runs?fields="))).toMatchObject({ status: 400 });
});

test("an answer that the client has already is not sent again", async () => {
  for (const path of ["/tools", "/agents/one", "/runs?limit=1", "/runs?fields=runId"]) {
    const first = await get(path);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^(W\/)?"[\w-]+"$/);
    const again = await get(path, { "if-none-match": `"other", ${etag}` });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  }
});

test("HEAD answers as GET does, without the body", async () => {
  const answer = await server.app.request("/api/v1/agents/one", { method: "HEAD" });
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(answer.headers.get("etag")).toBe('"v1"');
  expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(0);
});

test("an agent is changed only if it is as the request says it must be", async () => {
  const put = (instructions: string, headers: Record<string, string>) =>
    server.app.request("/api/v1/agents/guarded", {
      method: "PUT",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "guarded", model: "simulated/demo", instructions }),
    });
  const onOld = await problemOf(put("a", { "if-match": "*" }));
  expect(onOld).toMatchObject({ status: 412, code: "precondition" });
  const made = await put("a", { "if-none-match": "*" });
  expect([made.status, made.headers.get("etag")]).toEqual([201, '"v1"']);
  expect(await problemOf(put("b", { "if-none-match": "*" }))).toMatchObject({ status: 412 });
  expect((await put("b", { "if-match": '"v1"' })).headers.get("etag")).toBe('"v2"');
  expect(await problemOf(put("c", { "if-match": '"v1"' }))).toMatchObject({ status: 412 });
  const answers = await Promise.all(
    ["d", "e", "f"].map(async (text) => await put(text, { "if-match": '"v2"' })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 412, 412]);
  const archived = await server.app.request("/api/v1/agents/guarded", {
    method: "DELETE",
    headers: { "if-match": '"v2"' },
  });
  expect(await problemOf(archived)).toMatchObject({ status: 412 });
  const agent = (await (await get("/agents/guarded")).json()) as Agent;
  expect([agent.version, agent.archivedAt]).toEqual([3, null]);
});

test("long lists come in pages, whatever is in them", async () => {
  const pages: string[][] = [];
  let cursor = "";
  do {
    const path = `/agents?limit=2${cursor && `&cursor=${cursor}`}`;
    const page = (await (await get(path)).json()) as { items: Agent[]; nextCursor: string | null };
    pages.push(page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? "";
  } while (cursor);
  expect(pages.flat()).toEqual((await server.client.agents.list()).items.map(({ name }) => name));
  expect(pages.every((page) => page.length <= 2)).toBe(true);
  expect(pages.length).toBeGreaterThan(1);
  const gone = Buffer.from("nobody").toString("base64url");
  expect(await problemOf(get(`/agents?cursor=${gone}`))).toMatchObject({ status: 400 });
});

test("no cache keeps what a caller may see; files of the web app have their own rules", async () => {
  expect((await get("/status")).headers.get("cache-control")).toBe("no-store");
  expect((await get("/nothing")).headers.get("cache-control")).toBe("no-store");
  const refused = await send(server.app, "POST", "/runs", {});
  expect(refused.headers.get("cache-control")).toBe("no-store");
});

test("what is large goes out compressed, but not on this machine and not what is small", async () => {
  const ask = (path: string, remoteAddress: string) =>
    server.app.request(
      path,
      { headers: { "accept-encoding": "gzip" } },
      { incoming: { socket: { remoteAddress } } },
    );
  const large = await ask("/openapi.json", "10.0.0.1");
  expect(large.headers.get("content-encoding")).toBe("gzip");
  expect(large.headers.get("vary")).toContain("Accept-Encoding");
  const text = await new Response(large.body?.pipeThrough(new DecompressionStream("gzip"))).text();
  expect(JSON.parse(text)).toHaveProperty("openapi");
  expect((await ask("/openapi.json", "127.0.0.1")).headers.get("content-encoding")).toBeNull();
  const small = await ask("/api/v1/agents/one?fields=name", "10.0.0.1");
  expect(small.headers.get("content-encoding")).toBeNull();
});

test("browsers keep to HTTPS where people use it, and share nothing with other origins", async () => {
  const plain = await get("/status");
  expect(plain.headers.get("strict-transport-security")).toBeNull();
  expect(plain.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(plain.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  const secure = await server.appWith({ isHttps: true }).request("/api/v1/status");
  expect(secure.headers.get("strict-transport-security")).toMatch(/^max-age=\d+$/);
});
