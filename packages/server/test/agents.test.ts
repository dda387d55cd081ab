import { agentListSchema } from "@flotilla/api";
import { agentSchema } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const spec = { name: "solver", model: "simulated/demo", tools: ["calculator"] };
const put = (body: object, name = "solver") => send(server.app, "PUT", `/agents/${name}`, body);

test("an agent is created, gets a version when it changes, and none when it does not", async () => {
  const created = await put(spec);
  expect(created.status).toBe(201);
  expect(agentSchema.parse(await created.json())).toMatchObject({ version: 1, archivedAt: null });
  expect((await put(spec)).status).toBe(200);
  const changed = await put({ ...spec, description: "solves" });
  expect(changed.status).toBe(201);
  expect(await changed.json()).toMatchObject({ version: 2 });

  const { agents } = server.client;
  expect((await agents.get("solver")).version).toBe(2);
  expect((await agents.get("solver", 1)).spec.description).toBe("");
  const { items } = agentListSchema.parse(await agents.versions("solver"));
  expect(items.map((agent) => agent.version)).toEqual([2, 1]);
});

test("an archived agent leaves the list until it is applied again", async () => {
  const { agents } = server.client;
  const names = async (archived: boolean) =>
    (await agents.list({ archived })).items.map((agent) => agent.name);
  await agents.apply({ ...spec, name: "old" });
  await agents.archive("old");
  expect(await names(false)).not.toContain("old");
  expect(await names(true)).toContain("old");
  expect((await agents.apply({ ...spec, name: "old" })).archivedAt).toBeNull();
  expect(await names(false)).toContain("old");
});

test.each([
  ["another name than the address has", { ...spec, name: "other" }, 400, "invalid_request"],
  ["a tool that does not exist", { ...spec, tools: ["calculater"] }, 422, "unknown_tool"],
  ["a provider that is not configured", { ...spec, model: "opneai/gpt" }, 422, "unknown_model"],
  [
    "a team of agents that are not there",
    { ...spec, team: { workers: ["solver", "nobody"], handoffs: ["no-one"] } },
    400,
    "invalid_request",
  ],
  [
    "an output schema that is none",
    { ...spec, output: { type: "colour" } },
    400,
    "invalid_request",
  ],
])("a spec with %s is refused", async (_what, body, status, code) => {
  expect(await problemOf(put(body))).toMatchObject({ status, code });
});

test("the model that summarises has to exist like the agent's own, and is named in the error", async () => {
  const context = (model: string) => ({ ...spec, name: "short", context: { model } });
  for (const model of ["opneai/gpt", "route/nowhere"]) {
    const problem = await problemOf(put(context(model), "short"));
    expect(problem).toMatchObject({ status: 422, code: "unknown_model" });
    expect(problem.detail).toMatch(/^context\.model: (No provider|There is no route)/);
  }
  expect((await put(context("openai/gpt-5-mini"), "short")).status).toBe(201);
});

test("wrong fields are named one by one", async () => {
  const problem = await problemOf(put({ ...spec, model: "gpt", limits: { maxSteps: 0 } }));
  expect(problem.errors?.map((error) => error.path)).toEqual(["model", "limits.maxSteps"]);
  expect(problem.remedy).toContain("Correct");
});

test("an agent may be applied before its provider's key is set", async () => {
  const answer = await put({ name: "keyless", model: "openai/gpt-5-mini" }, "keyless");
  expect(answer.status).toBe(201);
});

test("agents that do not exist are not found", async () => {
  const at = (path: string) => problemOf(send(server.app, "GET", path));
  expect(await at("/agents/nobody")).toMatchObject({ status: 404, code: "not_found" });
  expect(await at("/agents/nobody/versions")).toMatchObject({ status: 404 });
  expect(await at("/agents/solver?version=9")).toMatchObject({ status: 404 });
  expect(await at("/agents/solver?version=99999999999")).toMatchObject({ status: 400 });
  expect(await problemOf(send(server.app, "DELETE", "/agents/nobody"))).toMatchObject({
    status: 404,
  });
});
