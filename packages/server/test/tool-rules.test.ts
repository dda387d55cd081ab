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
