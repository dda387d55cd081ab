import { localCaller, type AccessRule, type Caller } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  const { agents } = server.client;
  await agents.apply({ name: "secret", model: "simulated/demo" });
  await agents.apply({ name: "open", model: "simulated/demo" });
});
afterAll(() => server.close());

/** The server as Ann has it, who is an operator. */
function asAnn(rules: AccessRule[] = [], ann: Partial<Caller> = {}) {
  const who = { kind: "user", id: "ann", name: "Ann", role: "operator", instance: false } as const;
  const caller: Caller = { ...localCaller, ...who, ...ann };
  return server.appWith({
    access: { signIn: "required", identify: async () => caller, rules: async () => rules },
  });
}

const denied = (permission: AccessRule["permission"]): AccessRule => ({
  id: "rul_1",
  effect: "deny",
  who: { kind: "user", id: "ann" },
  permission,
  resource: "secret",
  environment: null,
});

test("whoever starts another's batch does so in his own name", async () => {
  const made = await server.client.batches.create({ name: "b", agent: "open", template: "{{q}}" });
  const ann = asAnn();
  const rows = { "content-type": "application/x-ndjson" };
  const path = `/api/v1/batches/${made.id}/rows`;
  await ann.request(path, { method: "POST", headers: rows, body: '{"q":"refund me"}\n' });
  expect((await send(ann, "POST", `/batches/${made.id}/start`)).status).toBe(200);
  const { startedBy } = await server.store.batches.get(made.id);
  expect(startedBy).toMatchObject({ kind: "user", id: "ann", role: "operator" });
});

test("what a rule keeps from somebody is not read to him by an agent that goes on from it", async () => {
  const { runs, threads } = server.client;
  const { id } = await threads.create({ agent: "secret" });
  const { runId } = await threads.send(id, { text: "the code is 1234" });
  await bringTo(server.store, runId, "completed");
  // Somebody who may read it has gone on with the other agent.
  const next = await threads.send(id, { text: "thanks", agent: "open" });
  await bringTo(server.store, next.runId, "completed");
  const ann = asAnn([denied("runs.read")]);
  for (const more of [{}, { after: runId }, { after: next.runId }]) {
    const sent = send(ann, "POST", `/threads/${id}/messages`, {
      text: "which?",
      agent: "open",
      ...more,
    });
    expect(await problemOf(sent)).toMatchObject({ status: 403, code: "forbidden" });
  }
  const fresh = { text: "hello", agent: "open", after: null };
  expect((await send(ann, "POST", `/threads/${id}/messages`, fresh)).status).toBe(201);
  const alone = await runs.start({ agent: "secret", input: { text: "the code is 1234" } });
  await bringTo(server.store, alone.runId, "completed");
  const previous_response_id = `resp_${alone.runId.slice("run_".length)}`;
  const body = JSON.stringify({ model: "open", input: "which?", previous_response_id });
  const headers = { "content-type": "application/json" };
  const answer = await ann.request("/v1/responses", { method: "POST", headers, body });
  expect(answer.status).toBe(403);
});

test("a rule about the threads of one agent is about no others", async () => {
  const { threads } = server.client;
  const kept = await threads.create({ agent: "secret" });
  const other = await threads.create({ agent: "open" });
  const ann = asAnn([denied("threads.read"), denied("threads.write")]);
  const status = async (app: typeof ann, method: string, id: string) =>
    (await send(app, method, `/threads/${id}`)).status;
  const listed = await (await send(ann, "GET", "/threads")).text();
  expect(listed).toContain(other.id);
  expect(listed).not.toContain(kept.id);
  expect(await status(ann, "GET", kept.id)).toBe(403);
  expect(await status(ann, "DELETE", kept.id)).toBe(403);
  // What is allowed for one agent's threads opens no others.
  const allowed: AccessRule = { ...denied("threads.write"), effect: "allow" };
  const viewer = asAnn([allowed], { role: "viewer" });
  expect(await status(viewer, "DELETE", other.id)).toBe(403);
  expect(await status(viewer, "DELETE", kept.id)).toBe(204);
});

test("lists name no credential and no bucket of a key that is kept from the reader", async () => {
  const binding = { hosts: ["api.test"], headers: ["x-key"] };
  const given = { kind: "header", secret: "0123456789ab", binding } as const;
  const { id } = await server.client.credentials.set("secret", given);
  const named = async (rules: AccessRule[]) =>
    (await send(asAnn(rules, { role: "admin" }), "GET", "/credentials")).text();
  expect(await named([])).toContain(id);
  expect(await named([denied("credentials.read")])).not.toContain(id);
  const news = { limits: {}, observed: null, pauseMs: 60_000, why: "busy", refused: 1 };
  await server.store.capacity.hear({ ...news, bucket: "openai/gpt-5" });
  await server.store.capacity.hear({ ...news, bucket: `openai/gpt-5#${id}` });
  const stranger = await send(asAnn([], { organisation: "beta" }), "GET", "/limits");
  const buckets = await stranger.text();
  expect(buckets).toContain("openai/gpt-5");
  expect(buckets).not.toContain(id);
  expect(await (await send(asAnn(), "GET", "/limits")).text()).toContain(id);
});

test("nobody has an agent run that he may not run by resuming or retrying a batch of it", async () => {
  const { batches } = server.client;
  const made = { name: "of-secret", agent: "secret", template: "{{q}}", rows: [{ q: 1 }] };
  const { id } = await batches.create({ ...made, start: true });
  const ann = asAnn([denied("agents.run")]);
  const act = async (app: typeof ann, action: string) =>
    (await send(app, "POST", `/batches/${id}/${action}`)).status;
  expect(await act(ann, "pause")).toBe(200);
  expect(await act(ann, "resume")).toBe(403);
  expect((await batches.get(id)).status).toBe("paused");
  expect(await act(ann, "cancel")).toBe(200);
  expect(await act(ann, "retry")).toBe(403);
  expect((await batches.get(id)).status).toBe("cancelled");
  expect(await act(asAnn(), "retry")).toBe(200);
});

test("a thread goes only with the permission for every agent that has spoken in it", async () => {
  const { threads } = server.client;
  const { id } = await threads.create({ agent: "open" });
  const { runId } = await threads.send(id, { text: "the code is 1234", agent: "secret" });
  await bringTo(server.store, runId, "completed");
  const remove = async (app: ReturnType<typeof asAnn>) =>
    (await send(app, "DELETE", `/threads/${id}`)).status;
  expect(await remove(asAnn([denied("threads.write")]))).toBe(403);
  expect(await threads.get(id)).toMatchObject({ runs: 1 });
  expect(await remove(asAnn())).toBe(204);
});

test("nobody goes on in a thread that a rule keeps from him", async () => {
  const { id } = await server.client.threads.create({ agent: "secret" });
  const ann = asAnn([denied("threads.read")]);
  const body = JSON.stringify({ model: "open", input: "which?", conversation: id });
  const headers = { "content-type": "application/json" };
  const ask = async (app: typeof ann) =>
    (await app.request("/v1/responses", { method: "POST", headers, body })).status;
  expect(await ask(ann)).toBe(403);
  const sent = send(ann, "POST", `/threads/${id}/messages`, { text: "which?", agent: "open" });
  expect(await problemOf(sent)).toMatchObject({ status: 403, code: "forbidden" });
  const key = asAnn([], { kind: "key", scopes: ["agents.run"] });
  const message = { text: "go on", agent: "open" };
  expect((await send(key, "POST", `/threads/${id}/messages`, message)).status).toBe(201);
});
