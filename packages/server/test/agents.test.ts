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

test("a version keeps who made it and what he says of it", async () => {
  const { agents } = server.client;
  await agents.apply({ ...spec, name: "noted" }, { note: "the first" });
  const second = await agents.apply({ ...spec, name: "noted", description: "b" });
  expect(second).toMatchObject({ version: 2, note: "", createdBy: expect.any(String) });
  const { items } = await agents.versions("noted");
  expect(items.map(({ note }) => note)).toEqual(["", "the first"]);
});

test("what is meant for another version than the newest is refused, and nothing is saved", async () => {
  const { agents } = server.client;
  const contested = { ...spec, name: "contested" };
  await agents.apply(contested, { onVersion: 0 });
  const mine = { ...contested, description: "mine" };
  await agents.apply({ ...contested, description: "theirs" }, { onVersion: 1 });
  for (const onVersion of [0, 1]) {
    const refused = agents.apply(mine, { onVersion });
    await expect(refused).rejects.toMatchObject({ code: "precondition" });
  }
  expect((await agents.apply(mine, { onVersion: 2 })).version).toBe(3);
});

test("a check tells all that an agent would be refused for, and saves nothing", async () => {
  const { agents } = server.client;
  const wrong = { name: "wrong", model: "opneai/gpt", tools: ["calculater"] };
  const { problems } = await agents.check(wrong);
  expect(problems).toEqual([
    expect.objectContaining({ path: "model", message: expect.stringContaining("opneai") }),
    expect.objectContaining({ path: "tools", message: expect.stringContaining("calculater") }),
  ]);
  expect(await agents.check({ ...wrong, model: "simulated/demo", tools: [] })).toEqual({
    problems: [],
  });
  await expect(agents.get("wrong")).rejects.toMatchObject({ code: "not_found" });
});

test("a draft is started from its spec, which the run's journal alone keeps", async () => {
  const { agents, runs } = server.client;
  const draft = { ...spec, name: "drafted", description: "not saved" };
  const run = await agents.tryDraft({ spec: draft, input: { text: "6 * 7" } });
  expect(run).toMatchObject({ agentName: "drafted", agentVersion: 0, status: "pending" });
  expect((await runs.get(run.runId)).draft).toMatchObject({ description: "not saved" });
  await expect(agents.get("drafted")).rejects.toMatchObject({ code: "not_found" });
  const saved = await agents.apply(spec);
  const again = await agents.tryDraft({ spec: { ...spec, tools: [] }, input: { text: "x" } });
  expect(await runs.get(again.runId)).toMatchObject({ agentId: saved.id, draft: { tools: [] } });
  const fork = await runs.fork(run.runId, { changes: { model: "simulated/script" } });
  expect((await runs.get(fork.runId)).draft).toMatchObject({ description: "not saved" });
  const wrong = agents.tryDraft({ spec: { ...spec, tools: ["none"] }, input: { text: "x" } });
  await expect(wrong).rejects.toMatchObject({ code: "unknown_tool" });
});

test("what became of runs is told by agent, without drafts", async () => {
  const { agents, runs } = server.client;
  const counted = { ...spec, name: "counted" };
  await agents.apply(counted);
  await agents.tryDraft({ spec: counted, input: { text: "x" } });
  const first = await runs.start({ agent: "counted", input: { text: "1" } });
  await runs.start({ agent: "counted", input: { text: "2" } });
  await runs.cancel(first.runId);
  const { items } = await agents.usage();
  expect(items.find(({ agent }) => agent === "counted")).toEqual({
    agent: "counted",
    runs: 2,
    ...{ completed: 0, failed: 0, costMicros: 0, meanMs: null },
    recent: ["cancelled", "pending"],
  });
});
