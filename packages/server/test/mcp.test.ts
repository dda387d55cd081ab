import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseServerSentEvents } from "@flotilla/api";
import type { Client } from "@modelcontextprotocol/client";
import { noUsage } from "@flotilla/core";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { connect, textOf, type ClientOptions, type Era } from "./mcp-clients.ts";
import { PlayedWorker } from "./mcp-worker.ts";
import { openSignInServer, type SignInServer } from "./open-sign-in-server.ts";

let opened: SignInServer;
let http: RunningServer;
/** Another server on the same database. */
let other: RunningServer;
let admin: string;
let builder: string;
let viewer: string;
let worker: PlayedWorker;
const clients: Client[] = [];

beforeAll(async () => {
  opened = await openSignInServer({
    jwt: [
      {
        ...{ issuer: "https://id.example.com", jwksUrl: "https://id.example.com/jwks" },
        ...{ audience: "flotilla", algorithms: ["RS256"], organisation: "default", role: "viewer" },
      },
    ],
  });
  http = await serveApp(opened.app, { host: "127.0.0.1", port: 0 });
  other = await serveApp((await opened.another()).app, { host: "127.0.0.1", port: 0 });
  admin = await opened.keyFor("admin");
  builder = await opened.keyFor("builder");
  viewer = await opened.keyFor("viewer");
  worker = new PlayedWorker(opened.server.store);
  const { agents } = opened.server.client;
  const model = "simulated/demo";
  await agents.apply({ name: "math", model, description: "Counts.", tools: ["calculator"] });
  await agents.apply({ name: "hidden", model, publish: { mcp: false } });
  await agents.apply({ name: "clerk", model, tools: ["http_request"] });
});
afterAll(async () => {
  await http.close(1_000);
  await other.close(1_000);
  await opened.close();
});
beforeEach(() => opened.server.store.pool.query("DELETE FROM run"));
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function open(era: Era, options: ClientOptions & { at?: RunningServer } = {}) {
  const { at = http, ...rest } = options;
  const connected = await connect(at.url, era, { key: admin, ...rest });
  clients.push(connected.client);
  return connected;
}

const ask = { name: "math", arguments: { input: "What is 1 + 1?" } };

describe.each(["sessions", "requests"] as const)("with %s", (era) => {
  test("each published agent is a tool for those who may run it, with honest hints", async () => {
    const { client } = await open(era);
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["math", "clerk", "run_wait", "batch_start", "inbox_answer"]),
    );
    expect(names).not.toContain("hidden");
    const hints = (name: string) => tools.find((tool) => tool.name === name)?.annotations;
    expect(hints("math")).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    expect(hints("clerk")).toMatchObject({ destructiveHint: true, openWorldHint: true });
    expect(hints("run_get")).toMatchObject({ readOnlyHint: true });
    const looks = await open(era, { key: viewer });
    const theirs = (await looks.client.listTools()).tools.map(({ name }) => name);
    expect(theirs).not.toContain("math");
    const refused = await looks.client.callTool(ask);
    expect(refused.isError).toBe(true);
    expect(textOf(refused as never)).toContain("may not agents.run");
  });

  test("a call runs the agent, tells how far it is, and gives text and data", async () => {
    const { client } = await open(era);
    const told: string[] = [];
    const call = client.callTool(ask, { onprogress: ({ message }) => told.push(message ?? "") });
    const runId = await worker.take();
    await worker.append(runId, [{ type: "run.completed", output: "2" }]);
    const result = await call;
    expect(textOf(result as never)).toBe("2");
    expect(result.structuredContent).toEqual({ runId, status: "completed", output: "2" });
    expect(told).toEqual([`Run ${runId} was started.`, "Step 1: p/m is asked."]);
    const got = await client.callTool({ name: "run_get", arguments: { runId } });
    expect(got.structuredContent).toEqual(result.structuredContent);
    const read = await client.readResource({ uri: `flotilla://runs/${runId}/output` });
    expect(read.contents[0]).toMatchObject({ text: "2" });
  });

  test("a run that fails is a failed call that says what to do", async () => {
    const { client } = await open(era);
    const call = client.callTool(ask);
    const runId = await worker.take();
    const error = {
      code: "model_refused",
      message: "No.",
      class: "permanent",
      remedy: "Ask else.",
    };
    await worker.append(runId, [{ type: "run.failed", error: error as never }]);
    const result = await call;
    expect(result.isError).toBe(true);
    expect(textOf(result as never)).toBe(`No. Ask else. (run ${runId})`);
  });

  test("a run that takes long is told by its id, and can be waited for", async () => {
    const { client } = await open(era);
    const call = await client.callTool({ ...ask, _meta: { "flotilla/waitSeconds": 0.05 } });
    const { runId, status } = call.structuredContent as { runId: string; status: string };
    expect(status).toBe("pending");
    const waiting = client.callTool({ name: "run_wait", arguments: { runId } });
    await worker.take();
    await worker.append(runId, [{ type: "run.completed", output: "late" }]);
    expect(textOf((await waiting) as never)).toBe("late");
  });

  test("a call that the client cancels ends its run", async () => {
    const { client } = await open(era);
    const given = new AbortController();
    const call = client.callTool(ask, { signal: given.signal });
    const runId = await worker.take();
    given.abort();
    await expect(call).rejects.toThrow(/abort/i);
    await expect
      .poll(async () => {
        const { rows } = await opened.server.store.pool.query<{ wanted: boolean }>(
          "SELECT cancel_by IS NOT NULL AS wanted FROM run WHERE id = $1",
          [runId],
        );
        return rows[0]?.wanted;
      })
      .toBe(true);
  });

  test("whoever sits at the client is asked what the run asks, bound to what he was shown", async () => {
    const shown: string[] = [];
    const { client } = await open(era, {
      onForm(params) {
        shown.push(params.message);
        return { action: "accept", content: { decision: "approve" } };
      },
    });
    const call = client.callTool(ask);
    const runId = await worker.take();
    const { hash } = await worker.propose(runId);
    const { answer } = await worker.answered(runId);
    expect(answer).toEqual({ action: "approve", hash });
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain('"expression": "1 + 1"');
    await worker.goOn(runId, "approved");
    expect(textOf((await call) as never)).toBe("approved");
  });

  test("a form that is declined rejects; one that is closed leaves it to the inbox", async () => {
    const { client } = await open(era, { onForm: () => ({ action: "decline" }) });
    const call = client.callTool(ask);
    const runId = await worker.take();
    await worker.propose(runId);
    expect((await worker.answered(runId)).answer.action).toBe("reject");
    await worker.goOn(runId, "rejected");
    expect(textOf((await call) as never)).toBe("rejected");
    const closes = await open(era, { onForm: () => ({ action: "cancel" }) });
    const left = closes.client.callTool({ ...ask, _meta: { "flotilla/waitSeconds": 0.5 } });
    const second = await worker.take();
    const { interruptId } = await worker.propose(second);
    expect((await left).structuredContent).toMatchObject({
      status: "waiting",
      waitsFor: [{ interruptId, kind: "approval" }],
    });
  });

  test("nobody is asked for an approval that he may not give, nor without forms", async () => {
    const onForm = () => {
      throw new Error("asked");
    };
    const options = [{ onForm }, { onForm, key: builder }, {}];
    for (const [index, one] of options.entries()) {
      const { client } = await open(era, one);
      const call = client.callTool(ask);
      const runId = await worker.take();
      const audience = index === 0 ? { audienceRole: "owner" } : {};
      await worker.propose(runId, { expression: "1 + 1" }, audience);
      expect((await call).structuredContent).toMatchObject({ runId, status: "waiting" });
      await opened.server.store.runs.cancel(runId, "test");
    }
  });

  test("the inbox is answered by the same checks as over HTTP", async () => {
    const { client } = await open(era);
    const call = client.callTool(ask);
    const runId = await worker.take();
    const { interruptId, hash } = await worker.propose(runId);
    await call;
    const { structuredContent } = await client.callTool({
      name: "inbox_list",
      arguments: { runId },
    });
    expect(structuredContent).toMatchObject({ items: [{ runId, interruptId, hash }] });
    const answer = (given: object) =>
      client.callTool({ name: "inbox_answer", arguments: { runId, interruptId, answer: given } });
    const wrong = await answer({ action: "approve", hash: "0".repeat(64) });
    expect(wrong).toMatchObject({ isError: true });
    const looks = await open(era, { key: viewer });
    const refused = await looks.client.callTool({
      name: "inbox_answer",
      arguments: { runId, interruptId, answer: { action: "approve", hash } },
    });
    expect(textOf(refused as never)).toContain("may not interrupts.answer");
    expect(await answer({ action: "approve", hash })).not.toMatchObject({ isError: true });
  });

  test("a batch is started once, followed and cancelled", async () => {
    const { client } = await open(era);
    const given = {
      ...{ name: "sums", agent: "math", template: "{{q}}?", idempotencyKey: `sums-${era}` },
      rows: [{ q: "1 + 1" }, { q: "1 + 2" }],
    };
    const start = () => client.callTool({ name: "batch_start", arguments: given });
    const batch = (await start()).structuredContent as { id: string };
    expect((await start()).structuredContent).toMatchObject({ id: batch.id });
    const rows = await client.callTool({
      name: "batch_rows",
      arguments: { batchId: batch.id, limit: 1 },
    });
    expect(rows.structuredContent).toMatchObject({ items: [{ row: 1, data: { q: "1 + 1" } }] });
    const ended = await client.callTool({ name: "batch_cancel", arguments: { batchId: batch.id } });
    expect(ended.structuredContent).toMatchObject({ status: "cancelled" });
    const none = await client.callTool({ name: "batch_get", arguments: { batchId: "x" } });
    expect(none.isError).toBe(true);
    expect(textOf(none as never)).toContain("batchId: not a batch id");
  });

  test("what there is can be read, and what is another's is not there", async () => {
    const { client } = await open(era);
    const call = client.callTool({ ...ask, _meta: { "flotilla/waitSeconds": 0 } });
    const { runId } = (await call).structuredContent as { runId: string };
    const { resources } = await client.listResources();
    const uris = resources.map(({ uri }) => uri);
    expect(uris).toEqual(
      expect.arrayContaining([
        "flotilla://inbox",
        "flotilla://agents/math",
        `flotilla://runs/${runId}`,
      ]),
    );
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      "flotilla://runs/{runId}",
    );
    const { completion } = await client.complete({
      ref: { type: "ref/resource", uri: "flotilla://agents/{name}" },
      argument: { name: "name", value: "ma" },
    });
    expect(completion.values).toEqual(["math"]);
    const key = await opened.keyFor("owner", { environment: "dev" });
    const elsewhere = await open(era, { key });
    const uri = `flotilla://runs/${runId}`;
    await expect(elsewhere.client.readResource({ uri })).rejects.toThrow(/There is no run/);
    await expect(client.readResource({ uri: "flotilla://nothing" })).rejects.toThrow(/not found/i);
    await expect(client.callTool({ name: "No tool" })).rejects.toThrow(/no tool/i);
  });
});

function post(body: unknown, headers: Record<string, string> = {}, url = http.url) {
  return fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${admin}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const initialize = {
  ...{ jsonrpc: "2.0", id: 0, method: "initialize" },
  params: {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {} },
    clientInfo: { name: "t", version: "1" },
  },
};

async function openSession(headers: Record<string, string> = {}): Promise<string> {
  const answer = await post(initialize, headers);
  expect(await answer.json()).toMatchObject({ id: 0, result: { protocolVersion: "2025-11-25" } });
  return answer.headers.get("mcp-session-id") as string;
}

test("who is not known is told where to get a token", async () => {
  const answer = await post(initialize, { authorization: "Bearer flo_none" });
  expect(answer.status).toBe(401);
  const where = `${http.url.replace("127.0.0.1", "127.0.0.1")}/.well-known/oauth-protected-resource/mcp`;
  expect(answer.headers.get("www-authenticate")).toBe(
    `Bearer realm="flotilla", resource_metadata="${where}"`,
  );
  expect(await (await fetch(where)).json()).toMatchObject({
    resource: `${http.url}/mcp`,
    authorization_servers: ["https://id.example.com"],
  });
});

test("a session is its caller's, on any server, until it is ended", async () => {
  const session = await openSession();
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const at = { "mcp-session-id": session };
  expect(await (await post(ping, at)).json()).toMatchObject({ id: 1, result: {} });
  expect(await (await post(ping, at, other.url)).json()).toMatchObject({ id: 1, result: {} });
  expect((await post(ping, { ...at, authorization: `Bearer ${viewer}` })).status).toBe(404);
  expect((await post(ping)).status).toBe(400);
  const headers = { ...at, authorization: `Bearer ${admin}` };
  expect((await fetch(`${http.url}/mcp`, { method: "DELETE", headers })).status).toBe(204);
  expect((await post(ping, at, other.url)).status).toBe(404);
});

test.each([
  ["{", 400],
  ['{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}', 400],
  [[], 400],
  [{ method: "ping" }, 400],
  [{ jsonrpc: "1.0", id: 1, method: "ping" }, 400],
])("the body %j is refused", async (body, status) => {
  const session = await openSession();
  expect((await post(body, { "mcp-session-id": session })).status).toBe(status);
});

test("what a client sends of another kind is refused", async () => {
  expect((await post(initialize, { "content-type": "text/plain" })).status).toBe(415);
  expect((await post(initialize, { accept: "text/html" })).status).toBe(406);
  const foreign = await post(initialize, { origin: "http://evil.example.com" });
  expect(foreign.status).toBe(403);
  const session = await openSession();
  const at = { "mcp-session-id": session, "mcp-protocol-version": "1999-01-01" };
  expect((await post({ jsonrpc: "2.0", id: 1, method: "ping" }, at)).status).toBe(400);
});

const callMath = (id: number) => ({
  ...{ jsonrpc: "2.0", id, method: "tools/call" },
  params: { ...ask, _meta: { progressToken: "p" } },
});

interface Said {
  id?: number;
  method?: string;
  params?: { progress?: number };
  result?: { structuredContent?: object };
}

/** The stream's events until one is a response; each with what it says. */
async function* messages(answer: Response) {
  if (!answer.body) throw new Error(`no stream but ${answer.status}`);
  for await (const { id, data } of parseServerSentEvents(answer.body)) {
    yield { id, said: data === "" ? undefined : (JSON.parse(data) as Said) };
  }
}

test("a client whose stream breaks off goes on after the last event, on any server", async () => {
  const session = await openSession();
  const at = { "mcp-session-id": session };
  const answer = await post(callMath(7), at);
  const stream = messages(answer);
  const runId = await worker.take();
  let last = "";
  for await (const { id, said } of stream) {
    last = id ?? last;
    if (said?.params?.progress === 1) break;
  }
  await stream.return(undefined);
  const step = { step: 1, attempt: 1 } as const;
  await worker.append(runId, [
    {
      ...{ type: "step.completed", ...step, usage: noUsage, finish: "stop", costMicros: 1 },
      ...{ message: { role: "assistant", content: [] }, firstTokenMs: 1, ms: 1 },
    },
    { type: "step.started", step: 2, attempt: 1, model: "p/other" },
    { type: "run.completed", output: "there" },
  ]);
  const headers = {
    ...at,
    accept: "text/event-stream",
    authorization: `Bearer ${admin}`,
    "last-event-id": last,
  };
  const again = await fetch(`${other.url}/mcp`, { headers });
  const said = await Array.fromAsync(messages(again));
  const told = said.flatMap((one) => one.said?.params?.progress ?? []);
  expect(told[0]).toBeGreaterThan(1);
  expect(said.at(-1)?.said).toMatchObject({
    id: 7,
    result: { structuredContent: { runId, status: "completed", output: "there" } },
  });
});

test("a request that is sent again starts no second run", async () => {
  const at = { "mcp-session-id": await openSession() };
  const once = await post(callMath(3), at);
  const runId = await worker.take();
  const twice = await post(callMath(3), at, other.url);
  await worker.append(runId, [{ type: "run.completed", output: "one" }]);
  for (const answer of [once, twice]) {
    const said = await Array.fromAsync(messages(answer));
    expect(said.at(-1)?.said).toMatchObject({ result: { structuredContent: { runId } } });
  }
});

test("a call is cancelled, and a question answered, by way of another server", async () => {
  const at = { "mcp-session-id": await openSession() };
  const answer = await post(callMath(9), at);
  const stream = messages(answer);
  const runId = await worker.take();
  const { hash } = await worker.propose(runId);
  for await (const { said } of stream) {
    if (said?.method !== "elicitation/create") continue;
    const { id } = said;
    const result = { action: "accept", content: { decision: "approve" } };
    expect((await post({ jsonrpc: "2.0", id, result }, at, other.url)).status).toBe(202);
    break;
  }
  expect((await worker.answered(runId)).answer).toEqual({ action: "approve", hash });
  const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } };
  expect((await post(cancelled, at, other.url)).status).toBe(202);
  const { status } = await opened.server.store.runs.get(runId);
  expect(status).toBe("cancelled");
});

test("who has subscribed to a run is told when it changes", async () => {
  const { client } = await open("sessions");
  const call = client.callTool({ ...ask, _meta: { "flotilla/waitSeconds": 0 } });
  const { runId } = (await call).structuredContent as { runId: string };
  const uri = `flotilla://runs/${runId}`;
  const told = Promise.withResolvers<string>();
  client.setNotificationHandler("notifications/resources/updated", ({ params }) =>
    told.resolve(params.uri),
  );
  await client.subscribeResource({ uri });
  await worker.take();
  expect(await told.promise).toBe(uri);
});
