import { connect } from "node:net";
import { batchRowPageSchema, batchRowSchema, rowsLoadedSchema } from "@flotilla/api";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo } from "../../store/test/sample-run.ts";
import { listenOn } from "./follow.ts";
import { openTestServer, problemOf, type TestServer } from "./open-test-server.ts";
import { releaseRows } from "./release-rows.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client.agents.apply({ name: "a", model: "simulated/demo" });
});
afterAll(() => server.close());

async function newDraft(template = "{{q}}", name = "b"): Promise<string> {
  return (await server.client.batches.create({ name, agent: "a", template })).id;
}

function upload(id: string, body: BodyInit, contentType = "application/x-ndjson") {
  return server.app.request(`/api/v1/batches/${id}/rows`, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
    duplex: "half",
  } as RequestInit);
}

const rowCount = async (id: string) => (await server.client.batches.get(id)).rows;

test("CSV rows are loaded, and a bad one keeps its line and its error", async () => {
  const id = await newDraft();
  const csv = 'q,n\n"two\nlines",1\nshort\nfine,3\n';
  const loaded = await server.client.batches.load(id, "csv", csv);
  expect(rowsLoadedSchema.parse(loaded)).toEqual({
    rows: 3,
    bad: 1,
    badRows: [{ line: 4, message: expect.stringContaining("Line 4") }],
  });
  const { items } = await server.client.batches.rows(id);
  expect(items.map((row) => [row.line, row.status])).toEqual([
    [2, "pending"],
    [4, "failed"],
    [5, "pending"],
  ]);
  expect(items[0]?.data).toEqual({ q: "two\nlines", n: "1" });
});

test("JSON lines are loaded as they stream in, and a second upload goes on behind them", async () => {
  const id = await newDraft();
  const lines = Array.from({ length: 2_500 }, (_, i) => `${JSON.stringify({ q: i })}\n`);
  const stream = new Blob(lines).stream();
  expect(await server.client.batches.load(id, "jsonl", stream)).toMatchObject({
    rows: 2_500,
    bad: 0,
  });
  const deep = `{"q":${"[".repeat(100)}${"]".repeat(100)}}`;
  const more = await server.client.batches.load(
    id,
    "jsonl",
    `{"q":1}\n{broken\n[1]\n{"x":1}\n${deep}`,
  );
  expect(more).toMatchObject({ rows: 5, bad: 4 });
  expect(more.badRows.map((row) => row.line)).toEqual([2, 3, 4, 5]);
  expect(more.badRows[3]?.message).toContain("64 levels");
  expect(await rowCount(id)).toBe(2_505);
});

test("a column that the template names and the input lacks is refused before any row is kept", async () => {
  const id = await newDraft("{{q}} {{unit}}");
  for (const [body, type] of [
    ["q,n\n1,2\n", "text/csv; charset=utf-8"],
    ['{"q":1}\n{"q":2,"unit":"m"}\n', "application/jsonl"],
  ] as const) {
    const problem = await problemOf(upload(id, body, type));
    expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
    expect(problem.detail).toContain("{{unit}}");
  }
  expect(await rowCount(id)).toBe(0);
});

test("an upload that fails midway says how many rows the batch keeps", async () => {
  const id = await newDraft();
  const rows = Array.from({ length: 1_500 }, (_, i) => `${i}\n`).join("");
  const problem = await problemOf(upload(id, `q\n${rows}"never closed`, "text/csv"));
  expect(problem).toMatchObject({ status: 400, code: "invalid_request" });
  expect(problem.detail).toContain("keeps the 1000 rows");
  expect(problem.remedy).toContain("row 1000");
  expect(await rowCount(id)).toBe(1_000);
});

test("a row above 4 MiB is refused", async () => {
  const id = await newDraft();
  const row = JSON.stringify({ q: "x".repeat(5 * 1024 * 1024) });
  const body = new Blob([row]).stream();
  expect(await problemOf(upload(id, body))).toMatchObject({ status: 413, code: "too_large" });
});

test("rows are only taken as CSV or JSON lines, and only by a draft", async () => {
  const id = await newDraft();
  expect(await problemOf(upload(id, "{}", "application/json"))).toMatchObject({ status: 415 });
  await upload(id, '{"q":1}\n');
  await server.client.batches.act(id, "start");
  expect(await problemOf(upload(id, '{"q":1}\n'))).toMatchObject({ status: 409, code: "conflict" });
});

test("rows are paged in input order and filtered by status", async () => {
  const id = await newDraft();
  await server.client.batches.load(id, "jsonl", '{"q":1}\n{}\n{"q":3}\n{"q":4}\n{"q":5}\n');
  const rows: number[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor !== undefined && { cursor }) };
    const page = batchRowPageSchema.parse(await server.client.batches.rows(id, query));
    rows.push(...page.items.map((row) => row.row));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(rows).toEqual([1, 2, 3, 4, 5]);
  const failed = await server.client.batches.rows(id, { status: "failed" });
  expect(failed).toMatchObject({ items: [{ row: 2 }], nextCursor: null });
  const bad = server.app.request(`/api/v1/batches/${id}/rows?cursor=MS0x`);
  expect(await problemOf(bad)).toMatchObject({ status: 400, code: "invalid_request" });
});

test("results are exported while the batch runs, as JSON lines and as CSV", async () => {
  const id = await newDraft("{{q}}", "Mein Stapel / 1");
  await server.client.batches.load(id, "csv", 'q,n\n=1+1,"a, ""b"""\n-2,ü\nthree\n');
  await server.client.batches.act(id, "start");
  const [first] = await releaseRows(server.store, id);
  await bringTo(server.store, first as string, "completed");

  const { batches } = server.client;
  const jsonl = await batches.export(id);
  expect(jsonl.headers.get("content-disposition")).toBe(
    'attachment; filename="Mein-Stapel-1.jsonl"',
  );
  const rows = (await jsonl.text()).trimEnd().split("\n");
  const parsed = rows.map((row) => batchRowSchema.parse(JSON.parse(row)));
  expect(parsed.map((row) => row.status)).toEqual(["completed", "pending", "failed"]);
  expect(parsed[0]?.output).toEqual({ answer: 42 });

  const csv = await batches.export(id, { format: "csv" });
  expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const records = parse<Record<string, string>>(await csv.text(), { columns: true });
  expect(records[0]).toMatchObject({
    row: "1",
    line: "2",
    status: "completed",
    run_id: first,
    "input.q": "'=1+1",
    "input.n": 'a, "b"',
    output: '{"answer":42}',
    cost_usd: "0.000011",
    cost_incomplete: "false",
    input_tokens: "7",
  });
  expect(records[1]).toMatchObject({ "input.q": "'-2", "input.n": "ü", output: "" });
  expect(records[2]).toMatchObject({ error_code: "row_invalid", run_id: "" });

  const failed = await (await batches.export(id, { status: "failed" })).text();
  expect(failed.trimEnd().split("\n")).toHaveLength(1);

  const columns = "row, input.q,output.answer";
  const chosen = await (await batches.export(id, { format: "csv", columns })).text();
  expect(chosen.split("\n").slice(0, 3)).toEqual([
    "row,input.q,output.answer",
    "1,'=1+1,42",
    "2,'-2,",
  ]);
  const [line] = (await (await batches.export(id, { columns })).text()).split("\n");
  expect(JSON.parse(line ?? "")).toEqual({ row: 1, "input.q": "=1+1", "output.answer": 42 });
  await expect(batches.export(id, { columns: "row,nothing" })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("nothing"),
  });
});

test("an export of more than a page holds every row once, and one of no rows a header", async () => {
  const id = await newDraft();
  const empty = await (await server.client.batches.export(id, { format: "csv" })).text();
  expect(empty).toMatch(/^row,line,status,/);
  const lines = Array.from({ length: 2_001 }, (_, i) => `{"q":${i}}\n`).join("");
  await server.client.batches.load(id, "jsonl", lines);
  const text = await (await server.client.batches.export(id)).text();
  const rows = text.trimEnd().split("\n");
  expect(rows.map((row) => (JSON.parse(row) as { row: number }).row)).toEqual(
    Array.from({ length: 2_001 }, (_, i) => i + 1),
  );
});

test("clients that leave in the middle of an upload or an export are no failures of the server", async () => {
  const http = await listenOn(server.app);
  const id = await newDraft();
  const socket = connect(http.port, "127.0.0.1");
  socket.write(
    `POST /api/v1/batches/${id}/rows HTTP/1.1\r\nhost: localhost\r\n` +
      'content-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{"q":1}\n',
  );
  await expect.poll(() => socket.bytesWritten).toBeGreaterThan(100);
  socket.destroy();
  const line = (route: string) =>
    server.log.find(
      ({ fields }) =>
        fields["route"] === `/api/v1/batches/:batchId/${route}` && fields["status"] === 400,
    );
  await expect.poll(() => line("rows")).toBeDefined();

  const lines = Array.from({ length: 3_000 }, () => `{"q":"${"x".repeat(1_000)}"}\n`).join("");
  await server.client.batches.load(id, "jsonl", lines);
  const leaving = new AbortController();
  const answer = await fetch(`${http.url}/api/v1/batches/${id}/export`, { signal: leaving.signal });
  await answer.body?.getReader().read();
  leaving.abort();
  await http.close(1_000);
  expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
});
