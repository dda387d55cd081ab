import { afterEach, describe, expect, test } from "vitest";
import type { LedgerEntry } from "../ledger.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator.ts";

const open: Simulator[] = [];

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()));
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function ask(simulator: Simulator, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${simulator.url}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const post = (simulator: Simulator, path: string, body: object = {}) =>
  ask(simulator, path, { method: "POST", body: JSON.stringify(body) });

async function linesOf(simulator: Simulator, path: string): Promise<Record<string, unknown>[]> {
  const text = await (await fetch(`${simulator.url}${path}`)).text();
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A question that `script` answers with this text, or with that fault. */
function content(text: string, fault?: object): string {
  return JSON.stringify({ turns: [{ text, ...(fault && { fault }) }] });
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("OpenAI's batches", () => {
  async function upload(simulator: Simulator, lines: object[]): Promise<string> {
    const form = new FormData();
    form.set("purpose", "batch");
    form.set(
      "file",
      new Blob([lines.map((line) => JSON.stringify(line)).join("\n")]),
      "calls.jsonl",
    );
    const { body } = await ask(simulator, "/v1/files", { method: "POST", body: form });
    expect(body).toMatchObject({ object: "file", purpose: "batch", filename: "calls.jsonl" });
    return body["id"] as string;
  }

  const endpoint = "/v1/chat/completions";
  const line = (custom_id: string, text: string, fault?: object) => {
    const messages = [{ role: "user", content: content(text, fault) }];
    return { custom_id, method: "POST", url: endpoint, body: { model: "script", messages } };
  };
  const submit = (simulator: Simulator, input_file_id: string, more: object = {}) =>
    post(simulator, "/v1/batches", { input_file_id, endpoint, completion_window: "24h", ...more });

  test("go from validation to two files, of answers and of errors, at half the price", async () => {
    const ledger: LedgerEntry[] = [];
    const onRequest = (entry: LedgerEntry) => void ledger.push(entry);
    const simulator = await simulate({ onRequest, price: { input: 0, output: 1_000_000 } });
    const file = await upload(simulator, [
      line("a", "word".repeat(10)),
      line("b", "", { kind: "http", status: 400 }),
      line("c", "word".repeat(11)),
    ]);
    const created = await submit(simulator, file, { metadata: { name: "x" } });
    expect(created.body).toMatchObject({ status: "validating", metadata: { name: "x" } });
    await tick();
    const id = created.body["id"] as string;
    const { body: ended } = await ask(simulator, `/v1/batches/${id}`);
    expect(ended).toMatchObject({
      status: "completed",
      request_counts: { total: 3, completed: 2, failed: 1 },
    });
    const answers = await linesOf(
      simulator,
      `/v1/files/${String(ended["output_file_id"])}/content`,
    );
    expect(new Set(answers.map(({ custom_id }) => custom_id))).toEqual(new Set(["a", "c"]));
    expect(answers[0]).toMatchObject({ response: { status_code: 200 }, error: null });
    const errors = await linesOf(simulator, `/v1/files/${String(ended["error_file_id"])}/content`);
    expect(errors).toMatchObject([{ custom_id: "b", response: { status_code: 400 } }]);
    expect(simulator.bill().by).toMatchObject({ batch: { requests: 2, micros: 5 + 6 } });
    expect(ledger.map(({ batch, status }) => [batch?.customId, status])).toEqual([
      ["a", 200],
      ["b", 400],
      ["c", 200],
    ]);
  });

  test("fail as a whole for one wrong line", async () => {
    const simulator = await simulate();
    const wrong = { ...line("a", "x"), url: "/v1/responses" };
    const file = await upload(simulator, [line("a", "x"), wrong]);
    const { body } = await submit(simulator, file);
    await tick();
    const failed = await ask(simulator, `/v1/batches/${String(body["id"])}`);
    expect(failed.body).toMatchObject({
      status: "failed",
      output_file_id: null,
      errors: { data: [{ code: "duplicate_custom_id", line: 2 }, { code: "invalid_url" }] },
    });
  });

  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => line(`n${index}`, "x"));

  async function errorsOf(simulator: Simulator, { error_file_id }: Answer["body"]) {
    return linesOf(simulator, `/v1/files/${String(error_file_id)}/content`);
  }

  test("expire with what was answered until then", async () => {
    const simulator = await simulate({ batchMs: 200, batchExpiryMs: 100 });
    const { body } = await submit(simulator, await upload(simulator, many(20)));
    const look = async () => (await ask(simulator, `/v1/batches/${String(body["id"])}`)).body;
    await expect.poll(look).toMatchObject({
      status: "expired",
      request_counts: { total: 20, completed: 10, failed: 0 },
    });
    const errors = await errorsOf(simulator, await look());
    expect(errors).toHaveLength(10);
    expect(errors[0]).toMatchObject({ response: null, error: { code: "batch_expired" } });
  });

  test("are cancelled with what was answered until then", async () => {
    const simulator = await simulate({ batchMs: 4_000 });
    const { body } = await submit(simulator, await upload(simulator, many(200)));
    const path = `/v1/batches/${String(body["id"])}`;
    const look = async () => (await ask(simulator, path)).body;
    const completed = async () => (await look())["request_counts"] as { completed: number };
    await expect
      .poll(async () => (await completed()).completed, { timeout: 5_000 })
      .toBeGreaterThan(0);
    const cancel = await post(simulator, `${path}/cancel`);
    expect(cancel.body).toMatchObject({ status: "cancelling" });
    await expect.poll(look).toMatchObject({ status: "cancelled" });
    const kept = await completed();
    expect(kept.completed).toBeLessThan(200);
    const errors = await errorsOf(simulator, await look());
    expect(errors).toHaveLength(200 - kept.completed);
    expect(errors[0]).toMatchObject({ response: null, error: { code: "batch_cancelled" } });
    expect((await post(simulator, `${path}/cancel`)).status).toBe(409);
  });

  test("are listed, the newest first, to their own key only", async () => {
    const simulator = await simulate();
    const file = await upload(simulator, [line("a", "x")]);
    const ids: unknown[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await submit(simulator, file)).body["id"]);
    const first = await ask(simulator, "/v1/batches?limit=2");
    expect(first.body).toMatchObject({ data: [{ id: ids[0] }, { id: ids[1] }], has_more: true });
    const next = await ask(simulator, `/v1/batches?limit=2&after=${String(ids[1])}`);
    expect(next.body).toMatchObject({ data: [{ id: ids[2] }], has_more: false });
    const headers = { authorization: "Bearer other" };
    const others = await ask(simulator, "/v1/batches", { headers });
    expect(others.body["data"]).toEqual([]);
    expect((await ask(simulator, `/v1/batches/${String(ids[0])}`, { headers })).status).toBe(404);
  });
});

describe("Anthropic's batches", () => {
  const call = (custom_id: string, text: string, fault?: object) => ({
    custom_id,
    params: {
      model: "script",
      max_tokens: 100,
      messages: [{ role: "user", content: content(text, fault) }],
    },
  });
  const submit = (simulator: Simulator, requests: object[]) =>
    post(simulator, "/v1/messages/batches", { requests });

  test("end with one result for each call, whatever became of it", async () => {
    const simulator = await simulate({ batchMs: 200, batchExpiryMs: 140 });
    const { body } = await submit(simulator, [
      call("a", "Hello."),
      call("b", "x", { kind: "http", status: 529, code: "overloaded_error" }),
      call("late", "x"),
    ]);
    expect(body).toMatchObject({ processing_status: "in_progress", results_url: null });
    const path = `/v1/messages/batches/${String(body["id"])}`;
    expect((await ask(simulator, `${path}/results`)).status).toBe(404);
    const look = async () => (await ask(simulator, path)).body;
    await expect.poll(look).toMatchObject({
      processing_status: "ended",
      request_counts: { processing: 0, succeeded: 1, errored: 1, expired: 1, canceled: 0 },
      results_url: `${simulator.url}${path}/results`,
    });
    const results = await linesOf(simulator, `${path}/results`);
    const of = (id: string) => results.find(({ custom_id }) => custom_id === id)?.["result"];
    expect(of("a")).toMatchObject({
      type: "succeeded",
      message: { content: [{ text: "Hello." }] },
    });
    expect(of("b")).toMatchObject({
      type: "errored",
      error: { error: { type: "overloaded_error" } },
    });
    expect(of("late")).toEqual({ type: "expired" });
  });

  test("are refused for ids that are not unique, cancelled, and listed", async () => {
    const simulator = await simulate({ batchMs: 60_000 });
    expect((await submit(simulator, [call("a", "x"), call("a", "x")])).status).toBe(400);
    expect((await submit(simulator, [call("not an id", "x")])).status).toBe(400);
    const { body } = await submit(simulator, [call("a", "x")]);
    const path = `/v1/messages/batches/${String(body["id"])}`;
    const cancelled = await post(simulator, `${path}/cancel`);
    expect(cancelled.body).toMatchObject({ processing_status: "canceling" });
    await tick();
    const list = await ask(simulator, "/v1/messages/batches?limit=5");
    expect(list.body).toMatchObject({
      data: [{ id: body["id"], processing_status: "ended", request_counts: { canceled: 1 } }],
      has_more: false,
    });
  });
});
