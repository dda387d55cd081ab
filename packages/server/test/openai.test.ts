import { afterAll, beforeAll, expect, test } from "vitest";
import { bringTo } from "../../store/test/sample-run.ts";
import { openSignInServer, type SignInServer } from "./open-sign-in-server.ts";

let opened: SignInServer;
let builder: string;
let viewer: string;
beforeAll(async () => {
  opened = await openSignInServer();
  builder = await opened.keyFor("builder");
  viewer = await opened.keyFor("viewer");
  const { agents } = opened.server.client;
  await agents.apply({ name: "math", model: "simulated/demo" });
  await agents.apply({ name: "keyless", model: "openai/gpt-5-mini" });
});
afterAll(() => opened.close());

interface Refusal {
  error: { message: string; type: string; code: string | null; param: string | null };
}

async function ask(method: string, path: string, key?: string, body?: object) {
  const headers = {
    "content-type": "application/json",
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  return opened.app.request(`/v1${path}`, { method, headers, ...json });
}

const chat = (more: object = {}) => ({
  model: "math",
  messages: [{ role: "user", content: "Hi" }],
  ...more,
});

test.each([
  ["without a key", undefined, chat(), 401, "authentication_error", "unauthenticated"],
  ["with a wrong key", "flo_none", chat(), 401, "authentication_error", "unauthenticated"],
  [
    "of an unknown agent",
    "builder",
    chat({ model: "x" }),
    404,
    "invalid_request_error",
    "model_not_found",
  ],
  [
    "that is not valid",
    "builder",
    { model: "math" },
    400,
    "invalid_request_error",
    "invalid_request",
  ],
  [
    "of an agent whose provider has no key",
    "builder",
    chat({ model: "keyless" }),
    409,
    "invalid_request_error",
    "credentials_missing",
  ],
])("a request %s is refused in OpenAI's shape", async (_what, key, body, status, type, code) => {
  const answer = await ask("POST", "/chat/completions", key === "builder" ? builder : key, body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
  const { error } = (await answer.json()) as Refusal;
  expect(error).toMatchObject({ type, code });
});

test("who may not run an agent is told so, and sees none", async () => {
  for (const [method, path, body] of [
    ["POST", "/chat/completions", chat()],
    ["POST", "/responses", { model: "math", input: "Hi" }],
    ["GET", "/models", undefined],
  ] as const) {
    const answer = await ask(method, path, viewer, body);
    expect(answer.status).toBe(403);
    expect(((await answer.json()) as Refusal).error.type).toBe("permission_error");
  }
});

test("a response in the background is answered at once, kept, and can be gone on from when it has ended", async () => {
  const request = { model: "math", input: "Hi", background: true };
  const made = await ask("POST", "/responses", builder, request);
  const { id, status } = (await made.json()) as { id: string; status: string };
  expect(status).toBe("in_progress");
  const early = await ask("POST", "/responses", builder, { ...request, previous_response_id: id });
  expect(early.status).toBe(409);
  const runId = `run_${id.slice("resp_".length)}`;
  await bringTo(opened.server.store, runId, "completed");
  const read = await ask("GET", `/responses/${id}`, builder);
  expect(await read.json()).toMatchObject({
    status: "completed",
    usage: { input_tokens: 7, output_tokens: 5, total_tokens: 12 },
  });
  const next = await ask("POST", "/responses", builder, { ...request, previous_response_id: id });
  const after = (await next.json()) as {
    previous_response_id: string;
    conversation: { id: string };
  };
  expect(after.previous_response_id).toBe(id);
  const thread = await opened.server.store.threads.get(after.conversation.id);
  expect(thread).toMatchObject({ runs: 2, agent: "math" });
});

test("a request that is repeated under its key finds the run it has started", async () => {
  const body = JSON.stringify({ model: "math", input: "Hi", background: true });
  const send = () =>
    opened.app.request("/v1/responses", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${builder}`,
        "idempotency-key": "once",
      },
      body,
    });
  const [first, second] = [await send(), await send()];
  const ids = [await first.json(), await second.json()] as { id: string }[];
  expect(ids[1]?.id).toBe(ids[0]?.id);
});
