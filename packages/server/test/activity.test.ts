import { FlotillaError, localCaller, newId, newsSchema, type Caller } from "@flotilla/core";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import type { AccessPort } from "../src/access/access.ts";
import { openActivityLog } from "../src/activity/activity-log.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  const spec = { name: "clerk", model: "simulated/demo" };
  await ask({ "x-name": "ann" }, "PUT", "/agents/clerk", spec);
});
afterAll(() => server.close());
beforeEach(async () => {
  await settled();
  await server.store.pool.query("DELETE FROM activity");
});

/** Whoever names himself is that user, in an organisation; `x-role` is his role. */
const access: AccessPort = {
  signIn: "required",
  async identify({ header }) {
    const name = header("x-name");
    if (!name) throw new FlotillaError("unauthenticated", "Nobody asks.");
    const who = { kind: "user", id: `usr_${name}`, name, instance: false } as const;
    const role = (header("x-role") ?? "owner") as Caller["role"];
    return { ...localCaller, ...who, role, organisation: header("x-org") ?? "acme" };
  },
  rules: async () => [],
};

/** A request of somebody, through an app that asks for sign-in. */
function ask(who: Record<string, string>, method: string, path: string, body?: object) {
  const headers = { ...who, "content-type": "application/json", "user-agent": "tester/1" };
  const json = body && { body: JSON.stringify(body) };
  const app = server.appWith({ access });
  return app.request(`/api/v1${path}`, { method, headers, ...json });
}

/** What was noted is written. */
async function settled(): Promise<void> {
  await expect.poll(() => server.activity.waiting(), { timeout: 5_000 }).toBe(0);
}

async function entries() {
  await settled();
  return (await server.client.activity.list({})).items;
}

describe("the activity log", () => {
  it("has no question whether somebody may, which changes nothing", async () => {
    const asked = await ask({ "x-name": "ann" }, "POST", "/policy/check", {
      permission: "runs.read",
    });
    expect(asked.status).toBe(200);
    expect(await entries()).toEqual([]);
  });

  it("has who did what, with which outcome, from which request", async () => {
    const headers = { "x-name": "ann", "x-request-id": "req-1" };
    const started = await ask(headers, "POST", "/runs", { agent: "clerk", input: { text: "q" } });
    expect(started.status).toBe(201);
    const { runId } = (await started.json()) as { runId: string };
    await ask({ "x-name": "ann" }, "POST", `/runs/${runId}/cancel`, {});
    await ask({ "x-name": "ann" }, "POST", "/runs", { nonsense: true });
    const [invalid, cancelled, first] = await entries();
    expect(first).toMatchObject({
      organisation: "acme",
      environment: "prod",
      actor: { kind: "user", id: "usr_ann", name: "ann" },
      action: "agents.run",
      operation: "POST /api/v1/runs",
      resource: "agents/clerk",
      outcome: "allowed",
      status: 201,
      requestId: "req-1",
      userAgent: "tester/1",
    });
    expect(first?.traceId).toBe((await server.client.runs.get(runId)).traceId);
    expect(cancelled).toMatchObject({ action: "runs.steer", resource: `runs/${runId}` });
    expect(invalid).toMatchObject({ outcome: "failed", status: 400, resource: "runs" });
  });

  it("has what was refused, reading too, but not what was read or who was never known", async () => {
    await ask({ "x-name": "bob", "x-role": "viewer" }, "GET", "/runs");
    await ask({ "x-name": "bob", "x-role": "viewer" }, "GET", "/activity");
    await ask({ "x-name": "bob", "x-role": "viewer" }, "DELETE", "/agents/clerk");
    await ask({}, "DELETE", "/agents/clerk");
    expect(await entries()).toMatchObject([
      { action: "agents.write", outcome: "refused", status: 403, resource: "agents/clerk" },
      { action: "activity.read", outcome: "refused", status: 403 },
    ]);
  });

  it("is filtered, paged, and each organisation's own", async () => {
    for (const name of ["ann", "bob", "ann"]) {
      await ask({ "x-name": name }, "POST", "/runs", { agent: "clerk", input: { text: "q" } });
    }
    await ask({ "x-name": "zoe", "x-org": "zeta" }, "DELETE", "/agents/other");
    const all = await entries();
    expect(all).toHaveLength(4);
    const { activity } = server.client;
    expect((await activity.list({ actor: "usr_ann" })).items).toHaveLength(2);
    expect((await activity.list({ resource: "agents" })).items).toHaveLength(4);
    expect(
      (await activity.list({ resource: "agents/clerk", outcome: "allowed" })).items,
    ).toHaveLength(3);
    expect((await activity.list({ organisation: "zeta" })).items).toHaveLength(1);
    expect((await activity.list({ from: all[1]?.at as string })).items.length).toBeGreaterThan(1);
    expect((await activity.list({ to: all.at(-1)?.at as string })).items).toEqual([]);
    const page = await activity.list({ limit: 3 });
    const next = await activity.list({ limit: 3, cursor: page.nextCursor as string });
    expect([...page.items, ...next.items]).toEqual(all);
    const others = ask({ "x-name": "ann" }, "GET", "/activity?organisation=zeta");
    expect(await problemOf(others)).toMatchObject({ code: "not_found" });
    const own = await ask({ "x-name": "ann" }, "GET", "/activity");
    const { items } = (await own.json()) as { items: { organisation: string }[] };
    expect(new Set(items.map(({ organisation }) => organisation))).toEqual(new Set(["acme"]));
  });

  it("is exported whole, in both formats, formulas made harmless", async () => {
    for (let n = 0; n < 3; n++) await ask({ "x-name": "=1+1" }, "DELETE", `/agents/a${n}`);
    const wanted = await entries();
    const lines = await (await server.client.activity.export({})).text();
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(wanted);
    const csv = await server.client.activity.export({ format: "csv" });
    expect(csv.headers.get("content-disposition")).toContain("activity.csv");
    const rows = parse(await csv.text(), { columns: true });
    expect(rows).toMatchObject([
      { resource: "agents/a2", actor_name: "'=1+1" },
      { resource: "agents/a1" },
      { resource: "agents/a0" },
    ]);
  });

  it("refuses a cursor that is none", async () => {
    const cursor = Buffer.from("act_1").toString("base64url");
    expect(await problemOf(send(server.app, "GET", `/activity?cursor=${cursor}`))).toMatchObject({
      code: "invalid_request",
    });
  });

  it("is not changed by anybody, and old entries go", async () => {
    await ask({ "x-name": "ann" }, "DELETE", "/agents/x");
    await settled();
    const { pool, activity } = server.store;
    await expect(pool.query("UPDATE activity SET actor_id = 'x'")).rejects.toThrow("not changed");
    expect(await activity.deleteOld(1)).toBe(0);
    const old = (await entries())[0];
    if (!old) throw new Error("there is no entry");
    const before = { ...old, id: newId("act", 1_000), at: "2020-01-01T00:00:00.000Z" };
    await activity.append([before, old]);
    expect(await activity.deleteOld(365)).toBe(1);
    expect(await entries()).toEqual([old]);
  });
});

it("what waits is written when the log closes; what cannot be is said in the process's log", async () => {
  const log = openActivityLog({ store: server.store, clock: server.clock, log: server.logger });
  const [template] = await (async () => {
    await ask({ "x-name": "ann" }, "DELETE", "/agents/x");
    return entries();
  })();
  if (!template) throw new Error("there is no entry");
  const { id: _id, at: _at, ...entry } = template;
  log.note({ ...entry, action: "late.deed" });
  await log.close();
  expect((await server.client.activity.list({ action: "late.deed" })).items).toHaveLength(1);
  const store = {
    activity: { ...server.store.activity, append: () => Promise.reject(new Error("away")) },
  };
  const cut = openActivityLog({ store, clock: server.clock, log: server.logger });
  cut.note({ ...entry, action: "lost.deed" });
  await cut.close();
  expect(
    server.log.find(({ level, message }) => level === "error" && /only in this log/.test(message)),
  ).toMatchObject({ fields: { activity: { action: "lost.deed" } } });
});

describe("preferences", () => {
  it("are each caller's own, and have defaults", async () => {
    const { preferences } = server.client;
    expect(await preferences.get()).toMatchObject({ colorScheme: "auto", startPage: "/" });
    await preferences.change({ colorScheme: "dark", timeZone: "Europe/Berlin" });
    await preferences.change({ density: "compact", colorScheme: null });
    const own = { colorScheme: "auto", timeZone: "Europe/Berlin", density: "compact" };
    expect(await preferences.get()).toMatchObject(own);
    const anns = await ask({ "x-name": "ann" }, "GET", "/me/preferences");
    expect(await anns.json()).toMatchObject({ density: "comfortable", timeZone: null });
  });

  it("that do not exist are refused by name", async () => {
    const wrong = await problemOf(
      send(server.app, "PATCH", "/me/preferences", { timeZone: "Mars" }),
    );
    expect(wrong.errors?.map(({ path }) => path)).toEqual(["timeZone"]);
  });
});

describe("news", () => {
  const newsOf = async (who: Record<string, string>) =>
    newsSchema.parse(await (await ask(who, "GET", "/me/news")).json());

  it("are seen by each for himself, up to what was shown to him", async () => {
    const acme = { organisation: "acme", agentName: "clerk", user: "usr_ann" };
    await bringTo(server.store, await createRun(server.store, acme), "completed");
    await bringTo(server.store, await createRun(server.store, acme), "waiting");
    const { newest, unseen } = await newsOf({ "x-name": "ann" });
    expect(newest.map(({ kind }) => kind)).toEqual(["decision", "decision", "runs"]);
    expect(unseen).toBe(3);
    const seen = await ask({ "x-name": "ann" }, "POST", "/me/news/seen", { until: newest[0]?.at });
    expect(await entries()).toEqual([]);
    expect(await seen.json()).toMatchObject({ unseen: 0, seenUntil: newest[0]?.at });
    expect(await newsOf({ "x-name": "ann" })).toMatchObject({ newest, unseen: 0 });
    expect(await newsOf({ "x-name": "bob" })).toMatchObject({ unseen: 2, seenUntil: null });
  });

  it("leave out what somebody may not do, and what is another organisation's", async () => {
    expect((await newsOf({ "x-name": "vic", "x-role": "viewer" })).newest).toEqual([]);
    expect((await newsOf({ "x-name": "ann", "x-org": "other" })).newest).toEqual([]);
  });
});
