import { runSummarySchema, type Caller, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runIn } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** A run of an agent that is there, completed after a model step. */
async function sourceRun(status: "completed" | "failed" | "waiting" = "completed") {
  const agent = await server.client.agents.apply({ name: "solver", model: "simulated/demo" });
  const runId = await runIn(server.store, status);
  const owner = [agent.id, agent.name, runId];
  await server.store.pool.query(
    "UPDATE run SET agent_id = $1, agent_name = $2 WHERE id = $3",
    owner,
  );
  await server.store.pool.query(
    `UPDATE event SET data = jsonb_set(jsonb_set(data::jsonb, '{agentId}', to_jsonb($1::text)),
       '{agentName}', to_jsonb($2::text))::json WHERE run_id = $3 AND seq = 1`,
    owner,
  );
  return runId;
}

const fork = (runId: string, body: object = {}, headers?: Record<string, string>) =>
  send(server.app, "POST", `/runs/${runId}/fork`, body, headers);

describe("POST /runs/{runId}/fork", () => {
  test("makes a pending run of its own, with the beginning of its source", async () => {
    const source = await sourceRun();
    const answer = await fork(source, { at: { step: 2 }, changes: { model: "simulated/script" } });
    expect(answer.status).toBe(201);
    const made = runSummarySchema.parse(await answer.json());
    expect(made).toMatchObject({
      status: "pending",
      forkedFrom: source,
      stepCount: 0,
      costMicros: 0,
    });
    const run = await server.client.runs.get(made.runId);
    expect(run).toMatchObject({
      stepCount: 1,
      costMicros: 0,
      changes: { model: "simulated/script" },
      fork: { from: { runId: source, seq: 4 }, effects: "record", reused: { costMicros: 11 } },
    });
    const { items } = await server.client.runs.list({ forkedFrom: source });
    expect(items.map(({ runId }) => runId)).toEqual([made.runId]);
    expect(await server.client.runs.get(source)).toMatchObject({ status: "completed", fork: null });
  });

  test("begins at the start for another message, and at the end otherwise", async () => {
    const source = await sourceRun("waiting");
    const asked = await server.client.runs.fork(source, { changes: { message: "why?" } });
    expect(await server.client.runs.get(asked.runId)).toMatchObject({
      input: { text: "why?" },
      steps: [],
      interrupts: [],
    });
    const again = await server.client.runs.fork(source);
    expect(await server.client.runs.get(again.runId)).toMatchObject({ stepCount: 0 });
  });

  test.each<[string, object, number, string]>([
    ["with a step that there is not", { at: { step: 9 } }, 400, "invalid_request"],
    ["with a version that there is not", { changes: { agentVersion: 99 } }, 404, "not_found"],
    ["with a model that there is not", { changes: { model: "nobody/m" } }, 422, "unknown_model"],
    ["with a field that there is not", { model: "simulated/demo" }, 400, "invalid_request"],
    ["with a version out of range", { changes: { agentVersion: 2 ** 40 } }, 400, "invalid_request"],
  ])("%s is refused", async (_what, body, status, code) => {
    const problem = await problemOf(fork(await sourceRun(), body));
    expect(problem).toMatchObject({ status, code });
  });

  test("makes one fork for one Idempotency-Key", async () => {
    const source = await sourceRun();
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const answer = await fork(source, {}, { "idempotency-key": "once" });
        return answer.status === 201 ? ((await answer.json()) as { runId: string }).runId : null;
      }),
    );
    const { items } = await server.client.runs.list({ forkedFrom: source });
    expect(items).toHaveLength(1);
    expect(ids).toContain(items[0]?.runId);
  });

  test("is not found for another organisation's run", async () => {
    const source = await sourceRun();
    const caller: Caller = {
      kind: "user",
      ...{ id: "usr_b", name: "bob", organisation: "beta", environment: "prod", role: "owner" },
      instance: false,
    };
    const app = server.appWith({
      access: {
        signIn: "required",
        identify: () => Promise.resolve(caller),
        rules: () => Promise.resolve([]),
      },
    });
    const answer = await send(app, "POST", `/runs/${source}/fork`, {});
    expect(answer.status).toBe(404);
  });
});

test("the events of a fork are those of its source, then its own", async () => {
  const source = await sourceRun();
  const { runId } = await server.client.runs.fork(source, { at: { step: 2 } });
  const [of, own] = await Promise.all(
    [source, runId].map(async (id) => (await server.client.runs.events(id)).items),
  );
  const types = (events: EventData[] | undefined) => events?.map(({ type }) => type) ?? [];
  expect(types(own)).toEqual([...types(of).slice(0, -1), "run.forked"]);
});
