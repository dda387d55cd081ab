import { threadPageSchema, threadWithMessagesSchema } from "@flotilla/api";
import { runSummarySchema, threadSchema } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  const { agents } = server.client;
  await agents.apply({ name: "talker", model: "simulated/demo" });
  await agents.apply({ name: "other", model: "simulated/demo" });
  await agents.apply({ name: "keyless", model: "openai/gpt-5-mini" });
});
afterAll(() => server.close());

const unknown = `thr_${"0".repeat(26)}`;
const nobody = `run_${"0".repeat(26)}`;

async function open(title?: string) {
  const { threads } = server.client;
  return threads.create({ agent: "talker", ...(title !== undefined && { title }) });
}

/** Says something, and ends the run that answers. */
async function say(threadId: string, text: string, more: object = {}) {
  const run = await server.client.threads.send(threadId, { text, ...more });
  await bringTo(server.store, run.runId, "completed");
  return run.runId;
}

test("a thread is made, changed, archived and taken back", async () => {
  const { threads } = server.client;
  const made = threadSchema.parse(await threads.create({ agent: "talker", metadata: { n: 1 } }));
  expect(made).toMatchObject({ agent: "talker", title: "", runs: 0, costMicros: 0 });
  const changed = await threads.change(made.id, { title: "About it", agent: "other" });
  expect(changed).toMatchObject({ title: "About it", agent: "other", metadata: { n: 1 } });
  const archived = await threads.change(made.id, { archived: true });
  expect(archived.archivedAt).toEqual(expect.any(String));
  const refused = send(server.app, "POST", `/threads/${made.id}/messages`, { text: "a" });
  expect(await problemOf(refused)).toMatchObject({ status: 409, code: "conflict" });
  expect((await threads.change(made.id, { archived: false })).archivedAt).toBeNull();
});

test("messages start runs that go on from each other, and are read by page, newest first", async () => {
  const { id } = await open();
  const runs: string[] = [];
  for (const text of ["one\nline", "two", "three"]) runs.push(await say(id, text));
  const first = threadWithMessagesSchema.parse(await server.client.threads.get(id, { limit: 2 }));
  expect(first).toMatchObject({ title: "one line", runs: 3, costMicros: 33 });
  expect(first.messages.items.map(({ text }) => text)).toEqual(["three", "two"]);
  const cursor = first.messages.nextCursor as string;
  const second = await server.client.threads.get(id, { limit: 2, cursor });
  expect(second.messages).toMatchObject({
    items: [{ text: "one\nline", after: null, run: { runId: runs[0], status: "completed" } }],
    nextCursor: null,
  });
  const last = await server.client.runs.get(runs[2] as string);
  expect(last).toMatchObject({
    threadId: id,
    history: { kind: "run", runId: runs[1], seq: 5, steps: 2 },
  });
});

test("a message sent again makes a branch, and both can be read", async () => {
  const { id } = await open();
  const [first, second] = [await say(id, "one"), await say(id, "two")];
  const edited = await say(id, "two, edited", { after: first });
  const { messages } = await server.client.threads.get(id);
  expect(messages.items.map(({ text }) => text)).toEqual(["two, edited", "one"]);
  expect(messages.items[0]?.versions).toEqual([second, edited]);
  const old = await server.client.threads.get(id, { upTo: second });
  expect(old.messages.items.map(({ text }) => text)).toEqual(["two", "one"]);
});

test("a message waits for the run before only when it is to be queued", async () => {
  const { id } = await open();
  await server.client.threads.send(id, { text: "one" });
  const body = { text: "two" };
  const refused = await problemOf(send(server.app, "POST", `/threads/${id}/messages`, body));
  expect(refused).toMatchObject({ status: 409, code: "conflict" });
  expect(refused.remedy).toContain("queue");
  const queued = await server.client.threads.send(id, { ...body, queue: true });
  expect(runSummarySchema.parse(queued).status).toBe("pending");
  expect(await server.store.runs.releaseHeld()).toBe(0);
});

test("attachments are artifacts of the run, and go with a message that is refused", async () => {
  const { id } = await open();
  const long = "row,1\n".repeat(5_000);
  const attachments = [
    { name: "rows.csv", mediaType: "text/csv", text: long },
    { name: "note.txt", text: "short" },
  ];
  const { runId } = await server.client.threads.send(id, { text: "Look", attachments });
  const { input } = await server.client.runs.get(runId);
  expect(input.attachments).toMatchObject([
    { name: "rows.csv", characters: long.length, head: long.slice(0, 8_000) },
    { name: "note.txt", characters: 5, head: "short" },
  ]);
  const { items } = await server.client.artifacts.list(runId);
  expect(items.map(({ name, bytes }) => [name, bytes])).toEqual([
    ["rows.csv", 30_000],
    ["note.txt", 5],
  ]);
  const answer = await server.client.artifacts.get(items[0]?.id as string);
  expect(await answer.text()).toBe(long);
  const count = async () =>
    (await server.store.pool.query("SELECT count(*)::integer AS n FROM artifact")).rows[0]?.n;
  const before = await count();
  await problemOf(send(server.app, "POST", `/threads/${id}/messages`, { text: "b", attachments }));
  expect(await count()).toBe(before);
});

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("images and documents are attached by what they hold, and once more in a later message", async () => {
  const { id } = await open();
  const pdf = Buffer.from("%PDF-1.7\n%%EOF").toString("base64");
  const csv = Buffer.from("a,b\n1,2").toString("base64");
  const attachments = [
    { name: "dot.png", base64: pixel },
    { name: "paper.pdf", base64: pdf },
    { name: "rows.csv", base64: csv },
  ];
  const first = await say(id, "Look", { attachments });
  const { input } = await server.client.runs.get(first);
  expect(input.attachments).toMatchObject([
    { name: "dot.png", kind: "image", artifact: { mediaType: "image/png", bytes: 70 }, head: "" },
    { name: "paper.pdf", kind: "document", artifact: { mediaType: "application/pdf" } },
    { name: "rows.csv", characters: 7, head: "a,b\n1,2", artifact: { mediaType: "text/csv" } },
  ]);
  const artifact = input.attachments?.[0]?.artifact.id as string;
  const next = await say(id, "Again", { attachments: [{ artifact }] });
  const again = (await server.client.runs.get(next)).input.attachments;
  expect(again).toMatchObject([{ name: "dot.png", kind: "image", artifact: { bytes: 70 } }]);
  expect(again?.[0]?.artifact.id).not.toBe(artifact);

  const path = `/threads/${id}/messages`;
  const odd = [{ name: "odd.bin", base64: Buffer.from([1, 0, 2, 0]).toString("base64") }];
  const refused = await problemOf(send(server.app, "POST", path, { text: "c", attachments: odd }));
  expect(refused).toMatchObject({ status: 400, code: "invalid_request" });
  expect(refused.remedy).toContain("PDF");
  const gone = [{ artifact: `art_${"0".repeat(26)}` }];
  const missing = send(server.app, "POST", path, { text: "d", attachments: gone });
  expect(await problemOf(missing)).toMatchObject({ status: 404 });
});

test("a thread is deleted with its runs, not while one is under way", async () => {
  const { id } = await open();
  const attachments = [{ name: "a", text: "b" }];
  const ended = await say(id, "one", { attachments });
  const { runId } = await server.client.threads.send(id, { text: "two" });
  const refused = await problemOf(send(server.app, "DELETE", `/threads/${id}`));
  expect(refused).toMatchObject({ status: 409 });
  await server.client.runs.cancel(runId);
  await server.client.threads.remove(id);
  for (const path of [`/threads/${id}`, `/runs/${ended}`, `/runs/${runId}`]) {
    expect(await problemOf(send(server.app, "GET", path))).toMatchObject({ status: 404 });
  }
  expect(await server.store.journal.read(ended, 0, 10)).toEqual([]);
  expect(await server.artifacts.list(ended)).toEqual([]);
});

test("threads are listed by page, those written to last first", async () => {
  const made: string[] = [];
  for (const title of ["a", "b", "c"]) made.push((await open(title)).id);
  await say(made[0] as string, "again");
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
    const page = threadPageSchema.parse(await server.client.threads.list(query));
    listed.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed.filter((id) => made.includes(id))).toEqual([made[0], made[2], made[1]]);
});

test("a message can be answered by another model than its agent's", async () => {
  const { id } = await open();
  const first = await say(id, "one", { model: "simulated/script" });
  expect(await server.client.runs.get(first)).toMatchObject({
    request: { model: "simulated/script" },
  });
  const next = await say(id, "two");
  expect((await server.client.runs.get(next)).request).toBeNull();
  const path = `/threads/${id}/messages`;
  const keyless = send(server.app, "POST", path, { text: "three", model: "openai/gpt-5-mini" });
  expect(await problemOf(keyless)).toMatchObject({ code: "credentials_missing" });
});

test("threads are found by their title and by what was said, and tell the tokens they took", async () => {
  const { id } = await open("About 100% of the harbours");
  await say(id, "Where is the Elbe?");
  const found = async (search: string) =>
    (await server.client.threads.list({ search })).items.map((one) => one.id);
  expect(await found("100% OF")).toEqual([id]);
  expect(await found("the elbe")).toEqual([id]);
  expect(await found("100_ of")).toEqual([]);
  const { inputTokens, outputTokens } = await server.client.threads.get(id);
  const { usage } = await server.client.runs.get(
    (await server.client.threads.get(id)).messages.items[0]!.run.runId,
  );
  expect({ inputTokens, outputTokens }).toEqual({
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
  });
  expect(inputTokens).toBeGreaterThan(0);
});

test("old threads go with their runs, young ones keep theirs", async () => {
  const [old, young] = [(await open()).id, (await open()).id];
  const runs = [await say(old, "one"), await say(young, "one")];
  await server.store.pool.query(
    "UPDATE run SET ended_at = now() - interval '9 days' WHERE id = ANY ($1)",
    [runs],
  );
  await server.store.pool.query(
    "UPDATE thread SET updated_at = now() - interval '9 days' WHERE id = $1",
    [old],
  );
  expect(await server.store.runs.deleteOld(8)).toEqual([runs[0]]);
  expect(await problemOf(send(server.app, "GET", `/threads/${old}`))).toMatchObject({
    status: 404,
  });
  expect((await server.client.threads.get(young)).messages.items).toHaveLength(1);
});

test.each([
  ["POST", "/threads", { agent: "nobody" }, 404],
  ["POST", "/threads", { colour: "red" }, 400],
  ["GET", "/threads?cursor=abc", undefined, 400],
  ["GET", "/threads/thr_1", undefined, 400],
  ["GET", `/threads/${unknown}`, undefined, 404],
  ["PATCH", `/threads/${unknown}`, { title: "a" }, 404],
  ["DELETE", `/threads/${unknown}`, undefined, 404],
  ["POST", `/threads/${unknown}/messages`, { text: "a", agent: "talker" }, 404],
])("%s %s with %j is refused", async (method, path, body, status) => {
  expect(await problemOf(send(server.app, method, path, body))).toMatchObject({ status });
});

test.each([
  [{ text: "" }, 400],
  [{ text: "a", agent: "keyless" }, 409],
  [{ text: "a", after: nobody }, 404],
  [{ text: "a", version: 9 }, 404],
  [{ text: "a", attachments: [{ name: "a", mediaType: "image/png", text: "b" }] }, 400],
])("a message %j is refused", async (body, status) => {
  const { id } = await open();
  const answer = send(server.app, "POST", `/threads/${id}/messages`, body);
  expect(await problemOf(answer)).toMatchObject({ status });
});

test("a thread without an agent asks a message to name one", async () => {
  const { id } = await server.client.threads.create();
  const answer = send(server.app, "POST", `/threads/${id}/messages`, { text: "a" });
  expect(await problemOf(answer)).toMatchObject({ status: 400 });
  await say(id, "a", { agent: "other" });
  expect((await server.client.threads.get(id)).agent).toBe("other");
});
