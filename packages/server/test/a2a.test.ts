import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Role, TaskState, type Part, type SendMessageRequest, type Task } from "@a2a-js/sdk";
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory } from "@a2a-js/sdk/client";
import { noUsage } from "@flotilla/core";
import { serveApp, type RunningServer } from "../src/listen.ts";
import { PlayedWorker } from "./mcp-worker.ts";
import { openSignInServer, type SignInServer } from "./open-sign-in-server.ts";

let opened: SignInServer;
let http: RunningServer;
let owner: string;
let worker: PlayedWorker;
const wellKnown = "/.well-known/agent-card.json";

beforeAll(async () => {
  opened = await openSignInServer();
  http = await serveApp(opened.app, { host: "127.0.0.1", port: 0 });
  owner = await opened.keyFor("owner");
  worker = new PlayedWorker(opened.server.store);
  const { agents } = opened.server.client;
  const model = "simulated/demo";
  await agents.apply({ name: "clerk", model, description: "Files.", publish: { a2a: true } });
  await agents.apply({ name: "private", model });
});
afterAll(async () => {
  await http.close(1_000);
  await opened.close();
});
beforeEach(() => opened.server.store.pool.query("DELETE FROM run"));

async function connect(key: string | undefined = owner) {
  const fetchImpl: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
    return fetch(input, { ...init, headers });
  };
  const transports = [new JsonRpcTransportFactory({ fetchImpl })];
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { transports }),
  );
  return factory.createFromUrl(`${http.url}/a2a/clerk${wellKnown}`, "");
}

let messages = 0;
const part = (content: Part["content"], filename = "", mediaType = ""): Part => ({
  ...{ content, metadata: undefined, filename, mediaType },
});
const text = (value: string) => part({ $case: "text", value });
const data = (value: object) => part({ $case: "data", value });

function request(
  parts: Part[],
  change: { taskId?: string; contextId?: string; messageId?: string; now?: boolean } = {},
): SendMessageRequest {
  const { taskId = "", contextId = "", messageId = `msg-${messages++}`, now = false } = change;
  return {
    tenant: "",
    metadata: undefined,
    message: {
      ...{ messageId, contextId, taskId, role: Role.ROLE_USER, parts },
      ...{ metadata: undefined, extensions: [], referenceTaskIds: [] },
    },
    configuration: {
      ...{ acceptedOutputModes: [], taskPushNotificationConfig: undefined },
      returnImmediately: now,
    },
  };
}

function outputOf(task: Task): unknown {
  const [content] = task.artifacts.flatMap(({ parts }) => parts.map((one) => one.content));
  return content?.value;
}

test("a published agent is found without a key; others are not there", async () => {
  const card = (await (await fetch(`${http.url}/a2a/clerk${wellKnown}`)).json()) as object;
  expect(card).toMatchObject({
    name: "clerk",
    description: "Files.",
    supportedInterfaces: [
      { url: `${http.url}/a2a/clerk`, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
      { protocolVersion: "0.3" },
    ],
    securitySchemes: { bearer: { httpAuthSecurityScheme: { scheme: "bearer" } } },
  });
  expect(JSON.stringify(card)).not.toContain("simulated");
  expect(await (await fetch(http.url + wellKnown)).json()).toEqual(card);
  for (const name of ["private", "nobody", "..%2f"]) {
    expect((await fetch(`${http.url}/a2a/${name}${wellKnown}`)).status).toBe(404);
  }
  const headers = { authorization: "Bearer flo_none" };
  expect((await fetch(`${http.url}/a2a/clerk${wellKnown}`, { headers })).status).toBe(401);
});

test("messages are taken of those who may run the agent", async () => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "x" } });
  const post = (path: string, key?: string) =>
    fetch(http.url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(key && { authorization: `Bearer ${key}` }),
      },
      body,
    });
  const stranger = await post("/a2a/clerk");
  expect(stranger.status).toBe(401);
  expect(stranger.headers.get("www-authenticate")).toMatch(/^Bearer/);
  expect((await post("/a2a/clerk", await opened.keyFor("viewer"))).status).toBe(403);
  expect((await post("/a2a/private", owner)).status).toBe(404);
  const elsewhere = await opened.keyFor("owner", { environment: "dev" });
  expect((await post("/a2a/clerk", elsewhere)).status).toBe(404);
  expect(await (await post("/a2a/clerk", owner)).json()).toMatchObject({
    error: { code: -32001 },
  });
});

test("a message starts a run in a context, files come with it, and the answer is an artifact", async () => {
  const client = await connect();
  const file = part({ $case: "raw", value: Buffer.from("a,b") }, "list.csv", "text/csv");
  const asked = client.sendMessage(request([text("Count"), file]));
  const runId = await worker.take();
  await worker.append(runId, [{ type: "run.completed", output: "2 columns" }]);
  const task = (await asked) as Task;
  expect(task).toMatchObject({
    id: runId,
    status: { state: TaskState.TASK_STATE_COMPLETED },
    history: [{ role: Role.ROLE_USER }],
  });
  expect(outputOf(task)).toBe("2 columns");
  expect(task.contextId).toMatch(/^thr_/);
  const again = client.sendMessage(request([text("And now?")], { contextId: task.contextId }));
  const second = await worker.take();
  await worker.append(second, [{ type: "run.completed", output: { n: 3 } }]);
  const next = (await again) as Task;
  expect(next).toMatchObject({ id: second, contextId: task.contextId });
  expect(outputOf(next)).toEqual({ n: 3 });
  expect(await client.getTask({ tenant: "", id: runId })).toEqual(task);
});

test("a message that is sent again starts no second run", async () => {
  const client = await connect();
  const once = request([text("Once")], { messageId: "same", now: true });
  const first = (await client.sendMessage(once)) as Task;
  const second = (await client.sendMessage(once)) as Task;
  expect(second.id).toBe(first.id);
  expect(first.status?.state).toBe(TaskState.TASK_STATE_SUBMITTED);
});

test("a stream tells the task, what it does, and its end", async () => {
  const client = await connect();
  const stream = client.sendMessageStream(request([text("Count")]));
  const first = await stream.next();
  expect(first.value?.payload?.$case).toBe("task");
  const runId = await worker.take();
  const step = { step: 1, attempt: 1 } as const;
  await worker.append(runId, [
    {
      ...{ type: "step.completed", ...step, usage: noUsage, finish: "stop", costMicros: 1 },
      ...{ message: { role: "assistant", content: [] }, firstTokenMs: 1, ms: 1 },
    },
    { type: "run.completed", output: "done" },
  ]);
  const events = await Array.fromAsync(stream);
  const kinds = events.map(({ payload }) => payload?.$case);
  expect(kinds).toContain("artifactUpdate");
  const last = events.at(-1)?.payload;
  expect(last).toMatchObject({
    $case: "statusUpdate",
    value: { taskId: runId, status: { state: TaskState.TASK_STATE_COMPLETED } },
  });
});

test("what a run asks is input that is required, and an approval names what was shown", async () => {
  const client = await connect();
  const asked = client.sendMessage(request([text("Pay")]));
  const runId = await worker.take();
  const { hash, interruptId } = await worker.propose(runId);
  const task = (await asked) as Task;
  expect(task.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
  const shown = task.status?.message?.parts.map((one) => one.content?.value);
  expect(shown?.[0]).toContain('"expression": "1 + 1"');
  expect(shown?.[1]).toMatchObject({ interruptId, hash, actions: ["approve", "edit", "reject"] });
  const say = (parts: Part[]) =>
    client.sendMessage(request(parts, { taskId: runId, contextId: task.contextId }));
  await expect(say([text("approve")])).rejects.toThrow(/is answered with data/);
  const wrong = { action: "approve", hash: "0".repeat(64) };
  await expect(say([data(wrong)])).rejects.toThrow(/approve/);
  const answering = say([data({ interruptId, action: "approve", hash })]);
  expect((await worker.answered(runId)).answer).toEqual({ action: "approve", hash });
  await worker.goOn(runId, "paid");
  expect(outputOf((await answering) as Task)).toBe("paid");
  await expect(say([text("more")])).rejects.toThrow(/has ended/);
});

test("a task is cancelled and followed again; one that has ended is neither", async () => {
  const client = await connect();
  const { id } = (await client.sendMessage(request([text("Wait")], { now: true }))) as Task;
  const followed = client.resubscribeTask({ tenant: "", id });
  expect((await followed.next()).value?.payload?.$case).toBe("task");
  const ended = await client.cancelTask({ tenant: "", id, metadata: undefined });
  expect(ended.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  const rest = await Array.fromAsync(followed);
  expect(rest.at(-1)?.payload).toMatchObject({
    value: { status: { state: TaskState.TASK_STATE_CANCELED } },
  });
  await expect(client.cancelTask({ tenant: "", id, metadata: undefined })).rejects.toThrow(
    /has ended/,
  );
  await expect(client.resubscribeTask({ tenant: "", id }).next()).rejects.toThrow(/has ended/);
});

test("what cannot be taken is refused in the protocol's words", async () => {
  const client = await connect();
  const url = part({ $case: "url", value: "http://169.254.169.254/" });
  await expect(client.sendMessage(request([url]))).rejects.toThrow(/not by address/);
  const image = part({ $case: "raw", value: Buffer.from([0xff]) }, "x.png", "image/png");
  await expect(client.sendMessage(request([image]))).rejects.toThrow(/image\/png/);
  await expect(client.sendMessage(request([]))).rejects.toThrow(/says nothing/);
  await expect(client.getTask({ tenant: "", id: "run_1" })).rejects.toThrow(/no task/);
});

test("clients of revision 0.3 are answered in its words", async () => {
  const message = {
    ...{ kind: "message", role: "user", messageId: "old-1" },
    parts: [{ kind: "text", text: "Count" }],
  };
  const body = { jsonrpc: "2.0", id: 4, method: "message/send", params: { message } };
  const asked = fetch(`${http.url}/a2a/clerk`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${owner}` },
    body: JSON.stringify(body),
  });
  const runId = await worker.take();
  await worker.append(runId, [{ type: "run.completed", output: "old" }]);
  expect(await (await asked).json()).toMatchObject({
    id: 4,
    result: { kind: "task", id: runId, status: { state: "completed" } },
  });
});
