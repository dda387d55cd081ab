import { afterAll, beforeAll, expect, it } from "vitest";
import { createRun } from "../../store/test/sample-run.ts";
import { byteRange } from "../src/http/byte-range.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let test: TestServer;
let id: string;
let runId: string;
const text = "<script>alert(1)</script> and more";
beforeAll(async () => {
  test = await openTestServer();
  runId = await createRun(test.store);
  const about = {
    organisation: "default",
    environment: "prod" as const,
    name: "page",
    mediaType: "text/plain",
  };
  id = (await test.artifacts.put({ ...about, runId, content: Buffer.from(text) })).id;
});
afterAll(() => test.close());

it("lists the artifacts of a run, and knows a run without any from one that is not there", async () => {
  const { items } = await test.client.artifacts.list(runId);
  expect(items).toMatchObject([{ id, runId, name: "page", bytes: text.length }]);
  expect(await test.client.artifacts.list(await createRun(test.store))).toMatchObject({
    items: [],
  });
  const missing = send(test.app, "GET", `/runs/run_${"0".repeat(26)}/artifacts`);
  expect(await problemOf(missing)).toMatchObject({ code: "not_found" });
});

it("sends the content as a file that no browser shows or runs", async () => {
  const response = await test.client.artifacts.get(id);
  expect(await response.text()).toBe(text);
  expect(response.headers.get("content-disposition")).toContain("attachment");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  const missing = send(test.app, "GET", `/artifacts/art_${"0".repeat(26)}`);
  expect(await problemOf(missing)).toMatchObject({ status: 404, code: "not_found" });
});

it("tells what it is without its content", async () => {
  const about = await test.client.artifacts.about(id);
  expect(about).toMatchObject({ id, runId, name: "page", mediaType: "text/plain", labels: [] });
  const missing = send(test.app, "GET", `/artifacts/art_${"0".repeat(26)}/about`);
  expect(await problemOf(missing)).toMatchObject({ status: 404, code: "not_found" });
});

it("sends a range of it", async () => {
  const ask = (range: string) =>
    test.app.request(`/api/v1/artifacts/${id}`, { headers: { range } });
  const part = await ask("bytes=8-13");
  expect([part.status, await part.text()]).toEqual([206, text.slice(8, 14)]);
  expect(part.headers.get("content-range")).toBe(`bytes 8-13/${text.length}`);
  expect(await (await ask("bytes=-4")).text()).toBe("more");
  const beyond = await ask("bytes=999-");
  expect(beyond.headers.get("content-range")).toMatch(/^bytes \*\/\d+$/);
  expect(await problemOf(beyond)).toMatchObject({ status: 416, code: "invalid_request" });
});

it.each([
  [undefined, undefined],
  ["bytes=0-", { from: 0, to: 9 }],
  ["bytes=3-99", { from: 3, to: 9 }],
  ["bytes=-99", { from: 0, to: 9 }],
  ["bytes=-0", "beyond"],
  ["bytes=10-", "beyond"],
  ["bytes=5-3", undefined],
  ["bytes=1-2,4-5", undefined],
  ["lines=1-2", undefined],
])("reads the range %s", (header, range) => {
  expect(byteRange(header, 10)).toEqual(range);
});

it("tells the words of a document, and refuses what is none", async () => {
  const about = { organisation: "default", environment: "prod" as const, runId };
  const put = (name: string, mediaType: string, content: Buffer) =>
    test.artifacts.put({ ...about, name, mediaType, content });
  const mail = await put(
    "order.eml",
    "message/rfc822",
    Buffer.from("Subject: Rope\r\n\r\n12 m, please."),
  );
  const words = await test.client.artifacts.words(mail.id);
  expect(words).toMatchObject({ format: "eml", truncated: false });
  expect(words.parts.map(({ markdown }) => markdown).join()).toContain("12 m, please.");
  const long = await put("long.txt", "text/plain", Buffer.from("word ".repeat(300_000)));
  const cut = await test.client.artifacts.words(long.id);
  expect([cut.truncated, cut.parts[0]?.markdown.length]).toEqual([true, 1_000_000]);
  const broken = await put("a.pdf", "application/pdf", Buffer.from("%PDF-1.7 and no more"));
  expect(await problemOf(send(test.app, "GET", `/artifacts/${broken.id}/words`))).toMatchObject({
    status: 422,
    remedy: expect.stringMatching(/./),
  });
});
