import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const post = (path: string, type: string | null, body: BodyInit) =>
  problemOf(
    server.app.request(`/api/v1${path}`, {
      method: "POST",
      headers: type === null ? {} : { "content-type": type },
      body,
    }),
  );

test("a query parameter that a route does not know is refused, with the one that was meant", async () => {
  const problem = await problemOf(send(server.app, "GET", "/runs?stauts=failed"));
  expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
  expect(problem.detail).toContain('"stauts"');
  expect(problem.remedy).toContain('Is it "status"?');
  expect(await problemOf(send(server.app, "GET", "/tools?limit=2"))).toMatchObject({ status: 400 });
});

test("a query parameter that is given twice is refused", async () => {
  const problem = await problemOf(send(server.app, "GET", "/runs?limit=1&limit=2"));
  expect(problem).toMatchObject({ status: 400 });
  expect(problem.detail).toContain("twice");
});

test("a body is taken only in the content types of the route, in UTF-8", async () => {
  const run = JSON.stringify({ agent: "a", input: { text: "x" } });
  for (const type of [
    "text/plain",
    "application/problem+json",
    "application/json; charset=latin1",
  ]) {
    expect(await post("/runs", type, run)).toMatchObject({ status: 415 });
  }
  expect(await post("/runs", null, new TextEncoder().encode(run))).toMatchObject({ status: 415 });
  const taken = await post("/runs", 'APPLICATION/json; Charset="UTF-8"', run);
  expect(taken).toMatchObject({ status: 404, detail: 'There is no agent "a".' });
});

test("a body is refused where none is taken", async () => {
  const id = `bat_${"0".repeat(26)}`;
  const problem = await post(`/batches/${id}/start`, "application/json", "{}");
  expect(problem).toMatchObject({ status: 415, detail: "This request takes no body." });
});

test("a body with a member twice, a member __proto__ or bytes that are no UTF-8 is refused", async () => {
  const json = (body: BodyInit) => post("/runs", "application/json", body);
  expect((await json('{"agent":"a","agent":"b"}')).detail).toContain("twice");
  expect((await json('{"input":{"__proto__":{}}}')).detail).toContain("__proto__");
  expect((await json(Uint8Array.of(0x22, 0xff, 0x22))).detail).toContain("UTF-8");
});
