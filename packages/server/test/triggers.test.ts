import { createHmac } from "node:crypto";
import type { TriggerSet } from "@flotilla/api";
import { newId } from "@flotilla/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bringTo, createRun, runIn } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client.agents.apply({ name: "triage", model: "simulated/demo" });
  await server.client.agents.apply({ name: "solver", model: "simulated/demo" });
});
afterAll(() => server.close());
afterEach(async () => {
  for (const { name } of (await server.client.triggers.list()).items) {
    await server.client.triggers.remove(name);
  }
});

const start = (text: string): TriggerSet["start"] => ({
  ...{ kind: "run", agent: "triage", input: { text } },
});

async function hookOf(name: string, change: object = {}) {
  const source = { kind: "webhook", ...change } as const;
  const made = await server.client.triggers.set(name, {
    source,
    start: start("{{trigger.event}}: {{trigger.body.issue.title}}"),
  });
  return { id: made.id, secret: made.secret ?? "", url: made.url ?? "" };
}

const hmac = (secret: string, text: string) =>
  createHmac("sha256", secret).update(text).digest("hex");
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const payload = JSON.stringify({ issue: { title: "It is broken" }, action: "opened" });

async function post(id: string, body: string, headers: Record<string, string>): Promise<Response> {
  return server.app.request(`/api/v1/hooks/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

function signed(secret: string, body = payload, at = nowSeconds()) {
  return { "flotilla-signature": `t=${at},v1=${hmac(secret, `${at}.${body}`)}` };
}

interface Taken {
  runId: string | null;
  batchId: string | null;
  duplicate: boolean;
}

const taken = async (answer: Response | Promise<Response>): Promise<Taken> => {
  const response = await answer;
  expect(response.status).toBe(202);
  return (await response.json()) as Taken;
};

const runsOfTriage = async () => (await server.client.runs.list({ agent: "triage" })).items.length;

describe("a webhook", () => {
  it("that is signed starts a run with what it says", async () => {
    const { id, secret, url } = await hookOf("issues");
    expect(url).toBe(`/api/v1/hooks/${id}`);
    const headers = { ...signed(secret), "flotilla-event": "issue", "flotilla-delivery": "d1" };
    const { runId, duplicate } = await taken(post(id, payload, headers));
    expect(duplicate).toBe(false);
    expect(await server.client.runs.get(runId ?? "")).toMatchObject({
      agentName: "triage",
      input: { text: "issue: It is broken" },
      startedBy: { kind: "local" },
    });
    const { items } = await server.client.triggers.starts("issues");
    expect(items).toMatchObject([{ occasion: "d1", state: "started", runId, error: null }]);
  });

  it("starts once, however often and however fast a delivery comes", async () => {
    const { id, secret } = await hookOf("issues");
    const before = await runsOfTriage();
    const once = () => taken(post(id, payload, { ...signed(secret), "flotilla-delivery": "same" }));
    const all = await Promise.all(Array.from({ length: 10 }, once));
    // Sent again later, it is signed anew.
    const later = signed(secret, payload, nowSeconds() - 5);
    all.push(await taken(post(id, payload, { ...later, "flotilla-delivery": "same" })));
    expect(new Set(all.map(({ runId }) => runId)).size).toBe(1);
    expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await runsOfTriage()).toBe(before + 1);
  });

  it("that somebody plays back under another id starts nothing", async () => {
    const { id, secret } = await hookOf("issues");
    const caught = signed(secret);
    const first = await taken(post(id, payload, { ...caught, "flotilla-delivery": "a" }));
    const again = await taken(post(id, payload, { ...caught, "flotilla-delivery": "b" }));
    expect(again).toEqual({ ...first, duplicate: true });
  });

  it("is refused unless all of it is right", async () => {
    const { id, secret } = await hookOf("issues");
    const before = await runsOfTriage();
    const good = signed(secret);
    const other = payload.replace("broken", "fine");
    const wrong: [string, Record<string, string>][] = [
      [payload, {}],
      [other, good],
      [payload, signed("another secret")],
      [payload, signed(secret, payload, nowSeconds() - 301)],
      [payload, signed(secret, payload, nowSeconds() + 301)],
      [payload, { "flotilla-signature": good["flotilla-signature"].replace("v1=", "v0=") }],
      [payload, { "flotilla-signature": good["flotilla-signature"].slice(0, -1) }],
      [payload, { "x-hub-signature-256": `sha256=${hmac(secret, payload)}` }],
    ];
    for (const [body, headers] of wrong) {
      expect(await problemOf(post(id, body, headers))).toMatchObject({
        status: 401,
        code: "unauthenticated",
      });
    }
    const nowhere = problemOf(post(`trg_${"0".repeat(26)}`, payload, good));
    expect(await nowhere).toMatchObject({ status: 404 });
    expect(await runsOfTriage()).toBe(before);
  });

  it("of GitHub is signed as GitHub does it", async () => {
    const { id, secret } = await hookOf("github", { scheme: "github" });
    const headers = {
      "x-hub-signature-256": `sha256=${hmac(secret, payload)}`,
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-github-event": "issues",
    };
    const { runId } = await taken(post(id, payload, headers));
    expect(await server.client.runs.get(runId ?? "")).toMatchObject({
      input: { text: "issues: It is broken" },
    });
    expect(await taken(post(id, payload, headers))).toMatchObject({ runId, duplicate: true });
    const other = { ...headers, "x-hub-signature-256": `sha256=${hmac("no", payload)}` };
    expect(await problemOf(post(id, payload, other))).toMatchObject({ status: 401 });
  });

  it("is checked with a credential of one's own where one is named", async () => {
    const secret = "shared with the sender 17";
    await server.client.credentials.set("sender", {
      kind: "generic",
      secret,
      binding: { hosts: ["sender.test"], headers: ["flotilla-signature"] },
    });
    const { id, secret: made } = await hookOf("issues", { credential: "sender" });
    expect(made).toBe("");
    expect(await taken(post(id, payload, signed(secret)))).toMatchObject({ duplicate: false });
  });

  it("that is off is not there", async () => {
    const { id, secret } = await hookOf("issues");
    const source = { kind: "webhook" } as const;
    const off = await server.client.triggers.set("issues", {
      source,
      start: start("x"),
      enabled: false,
    });
    expect(off.id).toBe(id);
    expect(off).not.toHaveProperty("secret");
    expect(await problemOf(post(id, payload, signed(secret)))).toMatchObject({ status: 404 });
  });

  it("whose template does not fit what came says so in its history", async () => {
    const { id, secret } = await hookOf("issues");
    const body = JSON.stringify({ nothing: true });
    expect(await taken(post(id, body, signed(secret, body)))).toMatchObject({ runId: null });
    const { items } = await server.client.triggers.starts("issues");
    expect(items).toMatchObject([{ state: "failed", error: { code: "invalid_request" } }]);
  });

  it("starts a batch with rows of what came", async () => {
    const made = await server.client.triggers.set("rows", {
      source: { kind: "webhook" },
      start: {
        ...{ kind: "batch", agent: "solver", template: "{{question}}" },
        rows: [{ question: "{{trigger.body.q}}" }, { question: "2 + 2" }],
      },
    });
    const body = JSON.stringify({ q: "1 + 1" });
    const { batchId } = await taken(post(made.id, body, signed(made.secret ?? "", body)));
    const rows = await server.client.batches.rows(batchId ?? "", {});
    expect(rows.items.map(({ data }) => data)).toMatchObject([
      { question: "1 + 1" },
      { question: "2 + 2" },
    ]);
  });
});

describe("the end of a run", () => {
  const whenSolved = (change: object = {}): TriggerSet => ({
    source: { kind: "ended", of: "run", agent: "a", statuses: ["completed"], ...change },
    start: start("{{ended.id}} {{ended.status}} {{ended.output.answer}}"),
  });
  const startedBy = async (name: string) => {
    await expect
      .poll(async () => (await server.client.triggers.starts(name)).items.map(({ state }) => state))
      .toContain("started");
    return (await server.client.triggers.starts(name)).items;
  };

  it("starts what waits for it, once", async () => {
    await server.client.triggers.set("solved", whenSolved());
    await server.client.triggers.set("failed", whenSolved({ statuses: ["failed"] }));
    await server.client.triggers.set("others", whenSolved({ agent: "b*" }));
    const runId = await runIn(server.store, "completed");
    await runIn(server.store, "cancelled");
    const [first, ...more] = await startedBy("solved");
    expect(more).toEqual([]);
    expect(await server.client.runs.get(first?.runId ?? "")).toMatchObject({
      input: { text: `${runId} completed 42` },
    });
    for (const name of ["failed", "others"]) {
      expect((await server.client.triggers.starts(name)).items).toEqual([]);
    }
  });

  it("that is rolled back starts nothing, and each end of a run that is retried does", async () => {
    await server.client.triggers.set("solved", whenSolved({ statuses: ["cancelled"] }));
    const runId = await runIn(server.store, "waiting");
    const client = await server.store.pool.connect();
    await client.query("BEGIN");
    await client.query("UPDATE run SET status = 'cancelled' WHERE id = $1", [runId]);
    await client.query("ROLLBACK");
    client.release();
    await server.client.triggers.set("solved", {
      ...whenSolved({ statuses: ["cancelled"] }),
      start: start("{{ended.id}}"),
    });
    await server.client.runs.cancel(runId);
    await server.client.runs.retry(runId);
    await server.client.runs.cancel(runId);
    await expect
      .poll(async () => (await startedBy("solved")).filter(({ state }) => state === "started"))
      .toHaveLength(2);
  });

  it("goes round at most five times", async () => {
    await server.client.triggers.set("round", {
      source: { kind: "ended", of: "run", agent: "triage", statuses: ["completed"] },
      start: start("again"),
    });
    const { items: agents } = await server.client.agents.list();
    const triage = agents.find(({ name }) => name === "triage");
    const of = { agentId: triage?.id ?? "", agentName: "triage", agentVersion: 1 };
    let runId: string | null = await createRun(server.store, of);
    let rounds = 0;
    for (; runId && rounds < 10; rounds++) {
      await bringTo(server.store, runId, "completed");
      const noted = rounds + 1;
      await expect
        .poll(async () => {
          const { items } = await server.client.triggers.starts("round");
          return noted > 5 || items.filter(({ state }) => state === "started").length === noted;
        })
        .toBe(true);
      const { items } = await server.client.triggers.starts("round");
      runId = items.length === noted ? (items[0]?.runId ?? null) : null;
    }
    expect(rounds).toBe(6);
    expect((await server.client.triggers.starts("round")).items).toHaveLength(5);
  });
});

it("the end of a batch starts what waits for it", async () => {
  await server.client.triggers.set("done", {
    source: { kind: "ended", of: "batch", name: "nightly*" },
    start: start("{{ended.name}} {{ended.status}} {{ended.agent}}"),
  });
  const rows = [{ question: "6 * 7" }];
  const draft = { agent: "solver", template: "{{question}}", rows };
  const batch = await server.client.batches.create({ name: "nightly 1", ...draft });
  const other = await server.client.batches.create({ name: "other", ...draft });
  await server.client.batches.act(batch.id, "cancel");
  await server.client.batches.act(other.id, "cancel");
  const startOf = async () => (await server.client.triggers.starts("done")).items;
  await expect.poll(startOf).toMatchObject([{ state: "started" }]);
  const [first] = await startOf();
  expect(await server.client.runs.get(first?.runId ?? "")).toMatchObject({
    input: { text: "nightly 1 cancelled solver" },
  });
});

describe("an occasion", () => {
  /** As a server leaves it that dies after it took it. */
  async function leave(id: string, occasion: string): Promise<void> {
    const trigger = await server.store.triggers.find(id);
    if (!trigger) throw new Error("it is gone");
    const values = { trigger: { event: "x", body: { issue: { title: "late" } } } };
    const left = { id: newId("trs"), occasion, signature: occasion, values };
    await server.store.triggers.receive(trigger, left);
  }
  const startsOf = async () => (await server.client.triggers.starts("issues")).items;
  const patience = { timeout: 5_000 };

  it("that a server took and did not come to start is started by another", async () => {
    const { id } = await hookOf("issues");
    await leave(id, "left");
    await expect.poll(startsOf, patience).toMatchObject([{ occasion: "left", state: "started" }]);
  });

  it("starts nothing in the name of one who may not any more", async () => {
    const { id } = await hookOf("issues");
    await server.store.identity.addMember("default", "usr_ann", "builder");
    const ann = { kind: "user", id: "usr_ann", name: "Ann", role: "builder" };
    await server.store.pool.query("UPDATE trigger SET started_by = $1", [JSON.stringify(ann)]);
    await server.client.rules.add({
      effect: "deny",
      who: { kind: "user", id: "usr_ann" },
      permission: "agents.run",
      resource: "triage",
    });
    await leave(id, "late");
    await expect
      .poll(startsOf, patience)
      .toMatchObject([{ state: "failed", error: { code: "forbidden" } }]);
  });
});

it("a trigger is set by who may start what it starts", async () => {
  const body = { source: { kind: "ended", of: "run" }, start: start("x") };
  const unknown = { ...body, start: { ...body.start, agent: "nobody" } };
  expect(await problemOf(send(server.app, "PUT", "/triggers/x", unknown))).toMatchObject({
    status: 404,
  });
  expect(await problemOf(send(server.app, "GET", "/triggers/x"))).toMatchObject({ status: 404 });
});
