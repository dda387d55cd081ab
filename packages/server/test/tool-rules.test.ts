import { newId } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

it("a rule is added, listed, read and removed", async () => {
  const { toolRules } = server.client;
  const added = await toolRules.add({ effect: "ask", tool: "files_*", agent: "clerk" });
  expect(added).toMatchObject({
    effect: "ask",
    tool: "files_*",
    agent: "clerk",
    runId: null,
    environment: null,
    by: "person",
    interruptId: null,
  });
  expect(await toolRules.get(added.id)).toEqual(added);
  expect((await toolRules.list()).items).toEqual([added]);
  await toolRules.remove(added.id);
  expect((await toolRules.list()).items).toEqual([]);
  await expect(toolRules.remove(added.id)).rejects.toMatchObject({ code: "not_found" });
});

it("a rule about a run that is not there, or of a run and an agent, is refused", async () => {
  const runId = newId("run");
  const rule = { effect: "deny", tool: "*" };
  const gone = await problemOf(send(server.app, "POST", "/tool-rules", { ...rule, runId }));
  expect(gone).toMatchObject({ status: 404, code: "not_found" });
  const both = { ...rule, runId, agent: "clerk" };
  const two = await problemOf(send(server.app, "POST", "/tool-rules", both));
  expect(two).toMatchObject({ status: 400, errors: [{ path: "agent" }] });
});

it("another organisation sees and removes none of them", async () => {
  const { id } = await server.client.toolRules.add({ effect: "deny", tool: "http_*" });
  await server.store.organisations.create({ id: "beta", name: "Beta" }, "usr_beta");
  const others = { "flotilla-organisation": "beta" };
  const listed = await send(server.app, "GET", "/tool-rules", undefined, others);
  expect(await listed.json()).toMatchObject({ items: [] });
  const removed = send(server.app, "DELETE", `/tool-rules/${id}`, undefined, others);
  expect(await problemOf(removed)).toMatchObject({ status: 404 });
  expect((await server.client.toolRules.list()).items.map((one) => one.id)).toContain(id);
});

it("how often rules have decided is told by rule, of as many days, of one's own organisation", async () => {
  const { store, client } = server;
  const ruleId = newId("trl");
  const hit = { organisation: "default", environment: "prod", ruleId } as const;
  await store.toolTerms.noteHits([{ ...hit, allowed: 2, asked: 1, denied: 0 }]);
  await store.toolTerms.noteHits([{ ...hit, allowed: 1, asked: 0, denied: 4 }]);
  await store.toolTerms.noteHits([
    { ...hit, environment: "dev", allowed: 9, asked: 9, denied: 9 },
    { ...hit, organisation: "gamma", allowed: 9, asked: 9, denied: 9 },
  ]);
  const old = newId("trl");
  await store.toolTerms.noteHits([{ ...hit, ruleId: old, allowed: 1, asked: 0, denied: 0 }]);
  await store.pool.query(
    "UPDATE tool_rule_hit SET hour = hour - interval '10 days' WHERE rule_id = $1",
    [old],
  );
  const here = { "flotilla-environment": "prod" };
  const found = await send(server.app, "GET", "/tool-rule-hits", undefined, here);
  expect(await found.json()).toMatchObject({
    items: [{ ruleId, allowed: 3, asked: 1, denied: 4 }],
  });
  const { items } = await client.toolRules.hits({ days: 30 });
  expect(items.map((one) => one.ruleId).toSorted()).toEqual([ruleId, old].toSorted());
});
