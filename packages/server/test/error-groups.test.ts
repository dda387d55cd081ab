import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { noRedaction, type SeenError } from "@flotilla/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ErrorBook } from "../src/errors/error-book.ts";
import { ErrorWebhook } from "../src/errors/error-webhook.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
afterEach(() => server.store.pool.query("DELETE FROM error_group"));

const quick = {
  now: () => Date.now(),
  sleep: () => new Promise<void>((done) => setTimeout(done, 2)),
};

const failure = (over: Partial<SeenError> = {}): SeenError => ({
  source: "run",
  organisation: "acme",
  code: "tool_failed",
  message: "run_01k9zx3c5v7b8n2m4q6w8e0r1t failed 3 times",
  runId: "run_1",
  ...over,
});

/** What a book of errors that saw these writes. */
async function note(...errors: SeenError[]): Promise<void> {
  const { store, logger } = server;
  const book = new ErrorBook({ store, clock: quick, log: logger, redact: noRedaction });
  for (const error of errors) book.take(error);
  await book.close();
}

const groups = async (query = {}) => (await server.client.errors.list(query)).items;

describe("errors", () => {
  it("are grouped by what is the same about them, each organisation's apart", async () => {
    await note(
      failure(),
      failure({ message: "run_01k9zx3c5v7b8n2m4q6w8e0r1u failed 7 times", runId: "run_2" }),
      failure({ organisation: "zeta" }),
      failure({ organisation: null, source: "worker", message: "gone" }),
    );
    await note(failure({ runId: "run_3", requestId: "req_3" }));
    const all = await groups();
    expect(all).toHaveLength(3);
    expect(all.find(({ organisation }) => organisation === "acme")).toMatchObject({
      count: 3,
      title: "<id> failed <n> times",
      example: { runId: "run_3", requestId: "req_3" },
      resolvedAt: null,
    });
    expect(await groups({ source: "worker" })).toMatchObject([{ organisation: null, count: 1 }]);
    expect(await groups({ organisation: "zeta" })).toMatchObject([{ count: 1 }]);
  });

  it("that were resolved open again when they are seen again", async () => {
    await note(failure());
    const [group] = await groups();
    if (!group) throw new Error("there is no group");
    const { client } = server;
    expect(await client.errors.resolve(group.id)).toMatchObject({ resolvedBy: "person" });
    expect(await groups({ state: "open" })).toEqual([]);
    await note(failure());
    expect(await groups({ state: "open" })).toMatchObject([
      { id: group.id, reopened: 1, count: 2 },
    ]);
    await expect(client.errors.get(`err_${"0".repeat(26)}`)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("stay resolved when what happened before is written afterwards", async () => {
    await note(failure());
    const [group] = await groups();
    if (!group) throw new Error("there is no group");
    const { store, logger } = server;
    const book = new ErrorBook({ store, clock: quick, log: logger, redact: noRedaction });
    book.take(failure());
    await new Promise((done) => setTimeout(done, 2));
    await server.client.errors.resolve(group.id);
    await book.close();
    expect(await groups({ state: "open" })).toEqual([]);
    expect(await groups({ state: "resolved" })).toMatchObject([{ count: 2, reopened: 0 }]);
  });

  it("come in pages, the ones seen last first", async () => {
    for (const code of ["internal", "unavailable", "conflict"]) await note(failure({ code }));
    await note(failure({ code: "internal" }));
    const all = await groups();
    expect(all.map(({ code }) => code)).toEqual(["internal", "conflict", "unavailable"]);
    const page = await server.client.errors.list({ limit: 2 });
    const next = await server.client.errors.list({ limit: 2, cursor: page.nextCursor as string });
    expect([...page.items, ...next.items]).toEqual(all);
    expect(next.nextCursor).toBeNull();
  });

  it("of the server's answers are seen, with the request and where it happened", async () => {
    const away = server.appWith({
      store: {
        ...server.store,
        runs: { ...server.store.runs, list: () => Promise.reject(new TypeError("no 17 such")) },
      },
    });
    await problemOf(send(away, "GET", "/runs"));
    await problemOf(send(away, "GET", "/runs?status=nonsense"));
    await expect
      .poll(() => groups({ source: "request" }), { timeout: 5_000 })
      .toMatchObject([{ count: 1, code: "internal", title: "no <n> such" }]);
    const [group] = await groups();
    expect(group?.example.requestId).toMatch(/^req_/);
    expect(group?.example.stack).toContain("error-groups.test.ts");
  });

  it("wait for a database that is away, and go on being counted", async () => {
    const { store, logger } = server;
    let isAway = true;
    const write: typeof store.errors.note = (...given) =>
      isAway ? Promise.reject(new Error("away")) : store.errors.note(...given);
    const parts = { store: { errors: { note: write } }, clock: quick, log: logger };
    const book = new ErrorBook({ ...parts, redact: noRedaction });
    book.take(failure());
    await new Promise((done) => setTimeout(done, 20));
    book.take(failure());
    isAway = false;
    await expect.poll(() => groups()).toMatchObject([{ count: 2 }]);
    await book.close();
  });

  it("hold no secret", async () => {
    const { store, logger } = server;
    const hidden = {
      ...noRedaction,
      text: (given: string) => given.replaceAll("hunter2", "[redacted]"),
    };
    const redact = { ...hidden, of: () => hidden };
    const book = new ErrorBook({ store, clock: quick, log: logger, redact });
    book.take(failure({ message: "no hunter2", stack: "Error: no hunter2\n    at x" }));
    await book.close();
    expect(JSON.stringify(await groups())).not.toContain("hunter2");
  });
});

describe("the webhook", () => {
  it("sends each group that was seen, again until it is taken, and gives up on a refusal", async () => {
    const tokens: unknown[] = [];
    const bodies: { news: string; seen: number; group: { code: string } }[] = [];
    const statuses = [500, 429, 200, 400];
    const receiver = createServer((request, response) => {
      void text(request).then((body) => {
        tokens.push(request.headers["x-token"]);
        bodies.push(JSON.parse(body) as (typeof bodies)[number]);
        response.writeHead(statuses[bodies.length - 1] ?? 200).end();
      });
    });
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/errors`;
    const { store, logger, log } = server;
    const common = { clock: quick, log: logger, random: () => 0 };
    const webhook = new ErrorWebhook({ ...common, url, headers: { "x-token": "t" } });
    const book = new ErrorBook({
      ...{ store, clock: quick, log: logger, redact: noRedaction },
      tell: (noted) => webhook.send(noted),
    });
    book.take(failure());
    book.take(failure());
    book.take(failure({ code: "internal" }));
    await expect.poll(() => bodies.length).toBe(4);
    book.take(failure());
    await expect.poll(() => bodies.length).toBe(5);
    await book.close();
    await webhook.close();
    receiver.close();
    expect(new Set(tokens)).toEqual(new Set(["t"]));
    const told = bodies.map(({ news, seen, group }) => [group.code, news, seen]);
    expect(new Set(told.slice(0, 3).map(String)).size).toBe(1);
    expect(told.at(-1)).toEqual(["tool_failed", "again", 1]);
    expect(told.slice(0, 4)).toContainEqual(["tool_failed", "new", 2]);
    expect(log.filter(({ message }) => message.includes("was not taken"))).toHaveLength(1);
  });
});
