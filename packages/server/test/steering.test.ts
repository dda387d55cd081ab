import type { EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRun, runIn } from "../../store/test/sample-run.ts";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";
import { talk } from "./talk.ts";

let server: TestServer;
let http: RunningServer;
beforeAll(async () => {
  server = await openTestServer();
  http = await serveApp(server.app, { host: "127.0.0.1", port: 0, signIn: "none" });
});
afterAll(async () => {
  await http.close(100);
  await server.close();
});

/** A run of an agent with the calculator, as its worker leaves it when somebody has paused it. */
async function pausedRun(): Promise<string> {
  const { store, client } = server;
  const agent = { name: "solver", model: "simulated/demo", tools: ["calculator"] };
  const { id: agentId, version } = await client.agents.apply(agent);
  const runId = await createRun(store, { agentId, agentName: "solver", agentVersion: version });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  await client.runs.pause(runId, { reason: "let me see" });
  const events: EventData[] = [
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "run.waiting", for: { kind: "paused", by: "person", reason: "let me see" } },
  ];
  await store.journal.append({ runId, epoch, seq: 2, events });
  return runId;
}

describe("a paused run", () => {
  it("is acted in by people, and goes on", async () => {
    const { runs } = server.client;
    const runId = await pausedRun();
    expect(await runs.get(runId)).toMatchObject({
      waitingFor: { kind: "paused", by: "person", reason: "let me see" },
    });
    await runs.say(runId, "by hand, please");
    await runs.write(runId, { calls: [{ tool: "calculator", input: { expression: "6 * 7" } }] });
    await runs.perform(runId, "c1-0", { output: { result: "42" } });
    await runs.write(runId, { text: "It is 42." });
    const run = await runs.get(runId);
    expect(run.steps).toMatchObject([
      { kind: "message", text: "by hand, please", by: "person" },
      { kind: "model", step: 1, by: "person", message: { content: [{ callId: "c1-0" }] } },
      { kind: "tool", callId: "c1-0", status: "done", output: { result: "42" } },
      { kind: "model", step: 2, by: "person" },
    ]);
    await runs.resume(runId);
    await expect(runs.resume(runId)).rejects.toMatchObject({ code: "conflict" });
  });

  it("takes nothing that does not fit", async () => {
    const runId = await pausedRun();
    const refusals: [string, object, number][] = [
      ["turns", {}, 400],
      ["turns", { calls: [{ tool: "hammer", input: {} }] }, 422],
      ["turns", { calls: [{ tool: "calculator", input: { sum: 1 } }] }, 400],
      ["calls/c1-0", { output: 1 }, 404],
      ["messages", { text: "" }, 400],
    ];
    for (const [what, body, status] of refusals) {
      const problem = await problemOf(send(server.app, "POST", `/runs/${runId}/${what}`, body));
      expect(problem).toMatchObject({ status });
    }
    const input = { expression: "6 * 7" };
    await server.client.runs.write(runId, { calls: [{ tool: "calculator", input }] });
    const wrong = server.client.runs.perform(runId, "c1-0", { output: "about forty" });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_request" });
    const twice = server.client.runs.write(runId, { text: "x" });
    await expect(twice).rejects.toMatchObject({ code: "conflict" });
  });

  it("holds no secret that somebody pastes", async () => {
    const secret = "ghp_pasted-by-mistake-0123456789";
    await server.client.credentials.set("pasted", {
      kind: "header",
      secret,
      binding: { hosts: ["api.test"], headers: ["authorization"] },
    });
    const runId = await pausedRun();
    await server.client.runs.say(runId, `use ${secret}`);
    expect(JSON.stringify(await server.client.runs.get(runId))).not.toContain(secret);
  });

  it("is steered over a WebSocket too", async () => {
    const runId = await pausedRun();
    const client = await talk(http);
    const commands = [
      { type: "say", body: { text: "hello" } },
      {
        type: "write",
        body: { calls: [{ tool: "calculator", input: { expression: "1" } }] },
      },
      { type: "perform", callId: "c1-0", body: { output: { result: "1" } } },
      { type: "resume_run" },
      { type: "pause", body: { reason: "again" } },
    ];
    for (const [index, command] of commands.entries()) {
      client.say({ ...command, id: `c${index}`, runId });
      expect(await client.nextOf("result")).toMatchObject({ id: `c${index}`, data: { runId } });
    }
    client.say({ type: "perform", id: "late", runId, callId: "c1-0", body: { output: 1 } });
    expect(await client.nextOf("error")).toMatchObject({ id: "late", data: { status: 409 } });
    client.close();
  });
});

it("runs that have ended are neither paused nor spoken to", async () => {
  const runId = await runIn(server.store, "completed");
  for (const [what, body] of [
    ["pause", {}],
    ["messages", { text: "hello" }],
  ] as const) {
    const problem = await problemOf(send(server.app, "POST", `/runs/${runId}/${what}`, body));
    expect(problem).toMatchObject({ status: 409, code: "conflict" });
  }
});

describe("feedback", () => {
  it("is given on a run, a step or a call, listed, and exported with what it is about", async () => {
    const { client } = server;
    const runId = await pausedRun();
    await client.runs.write(runId, {
      calls: [{ tool: "calculator", input: { expression: "6 * 7" } }],
    });
    await client.runs.perform(runId, "c1-0", { output: { result: "42" } });
    await client.feedback.give(runId, { target: { kind: "run" }, rating: 1 });
    await client.feedback.give(runId, {
      target: { kind: "call", callId: "c1-0" },
      rating: -0.5,
      correction: { result: "43" },
      comment: "off by one",
    });
    const { feedback } = await client.runs.get(runId);
    expect(feedback).toMatchObject([
      { target: { kind: "run" }, rating: 1, by: "person" },
      { target: { kind: "call", callId: "c1-0" }, correction: { result: "43" } },
    ]);
    const listed = await client.feedback.list({ run: runId, maxRating: 0 });
    expect(listed.items).toMatchObject([{ runId, agentName: "solver", comment: "off by one" }]);
    const [first] = (await client.feedback.list({ run: runId, limit: 1 })).items;
    expect(first?.rating).toBe(-0.5);
    const lines = (await (await client.feedback.export({ run: runId })).text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { rating: -0.5, input: "q", judged: { result: "42" }, correction: { result: "43" } },
      { rating: 1, input: "q", judged: null },
    ]);
  });

  it("says something, about what is there", async () => {
    const runId = await runIn(server.store, "completed");
    const give = (body: object) =>
      problemOf(send(server.app, "POST", `/runs/${runId}/feedback`, body));
    expect(await give({ target: { kind: "run" } })).toMatchObject({ status: 400 });
    expect(await give({ target: { kind: "run" }, rating: 2 })).toMatchObject({ status: 400 });
    const missing = { target: { kind: "step", step: 9 }, rating: 1 };
    expect(await give(missing)).toMatchObject({ status: 404, code: "not_found" });
  });
});
