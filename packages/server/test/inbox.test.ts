import {
  FlotillaError,
  newId,
  type AskedInterrupt,
  type Caller,
  type EventData,
} from "@flotilla/core";
import { callHash } from "@flotilla/engine";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import type { AccessPort } from "../src/access/access.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const name of ["ann", "bob"]) {
    await server.store.identity.addMember("default", `usr_${name}`, "approver");
  }
});
afterAll(() => server.close());
beforeEach(() => server.store.pool.query("DELETE FROM run"));

const input = { expression: "1 + 1" };

/** A run that waits for the approval of a call. */
async function proposal(change: { input?: object; audience?: Partial<AskedInterrupt> } = {}) {
  const { store } = server;
  const runId = await createRun(store);
  const epoch = await bringTo(store, runId, "running");
  const asked = (change.input ?? input) as { expression: string };
  const hash = callHash("calculator", asked);
  const interruptId = newId("int");
  const call = { step: 1, callId: "c1-0", tool: "calculator", input: asked, hash };
  const base = { interruptId, kind: "approval", prompt: "May it?" } as const;
  const events: EventData[] = [
    { type: "interrupt.raised", ...base, ...call },
    { type: "run.waiting", for: { kind: "interrupt", interruptIds: [interruptId] } },
  ];
  const row = { ...base, tool: "calculator", hash, raisedAt: new Date().toISOString() };
  await store.journal.append({
    ...{ runId, epoch, seq: 10, events },
    asked: [{ ...row, ...change.audience }],
  });
  return { runId, interruptId, hash, path: `/runs/${runId}/interrupts/${interruptId}` };
}

/** The same server for approvers, each named by a header. */
function asMembers() {
  const access: AccessPort = {
    signIn: "required",
    async identify(request) {
      const name = request.header("x-asker");
      if (!name) throw new FlotillaError("unauthenticated", "Nobody asks.");
      const base = { organisation: "default", environment: "prod", instance: false } as const;
      const role = name === "olga" ? "owner" : "approver";
      return { kind: "user", id: `usr_${name}`, name, role, ...base } satisfies Caller;
    },
    rules: (organisation) => server.store.rules.of(organisation),
  };
  const app = server.appWith({ access });
  return (name: string, method: string, path: string, body?: unknown) =>
    send(app, method, path, body, { "x-asker": name });
}

it("an interrupt is shown as the server renders it, with what can be answered", async () => {
  const { runId, interruptId, hash } = await proposal({ input: { expression: "1\u202e + 1" } });
  const shown = await server.client.interrupts.get(runId, interruptId);
  expect(shown).toMatchObject({
    kind: "approval",
    state: "open",
    hash,
    tool: "calculator",
    display: {
      text: '{\n  "expression": "1\\u202e + 1"\n}',
      hidden: [{ path: "/expression", character: "U+202E" }],
    },
    inputSchema: { type: "object" },
    actions: ["approve", "edit", "reject"],
    mayAnswer: { allowed: true },
  });
  const refused = server.client.interrupts.answer(runId, interruptId, { action: "approve", hash });
  await expect(refused).rejects.toMatchObject({ code: "invalid_request" });
});

it("an approval can say that the same is allowed from now on, which can be taken back", async () => {
  const { runId, interruptId, hash } = await proposal();
  await server.client.interrupts.answer(runId, interruptId, {
    ...{ action: "approve", hash, always: "agent" },
  });
  const [rule] = (await server.client.toolRules.list()).items;
  expect(rule).toMatchObject({
    ...{ effect: "allow", tool: "calculator", agent: "a", runId: null, environment: "prod" },
    ...{ by: "person", interruptId },
  });
  await server.client.toolRules.remove(rule?.id ?? "");
  const answered = await server.client.interrupts.get(runId, interruptId);
  expect(answered).toMatchObject({ state: "answered", endedBy: "person", answer: { hash } });
  expect(answered.actions).toEqual([]);
});

it("an approval for good that would break an example of the rules is refused; one of the call is not", async () => {
  const { toolPolicy } = server.client;
  const call = { tool: "calculator", agent: "a", input };
  const rules = [{ effect: "ask" as const, tool: "calculator" }];
  const examples = [{ name: "sums are asked about", call, expect: "ask" as const }];
  await toolPolicy.apply({ rules, examples });
  const { runId, interruptId, hash } = await proposal();
  const approve = { action: "approve", hash } as const;
  const always = { ...approve, always: "agent" as const };
  await expect(server.client.interrupts.answer(runId, interruptId, always)).rejects.toThrow(
    /sums are asked about expects ask, and got allow/,
  );
  expect((await toolPolicy.get()).rules).toHaveLength(1);
  await server.client.interrupts.answer(runId, interruptId, { ...approve, always: "run" });
  await toolPolicy.apply({ rules: [] });
});

it("an interrupt is answered by who is asked, and assigned and discussed by them", async () => {
  const as = asMembers();
  const { path, hash, interruptId } = await proposal();
  const approve = { action: "approve", hash };
  expect((await as("ann", "PUT", `${path}/assignee`, { userId: "usr_bob" })).status).toBe(200);
  for (const name of ["ann", "olga"]) {
    const refused = await problemOf(as(name, "POST", `${path}/answer`, approve));
    expect(refused).toMatchObject({ status: 403, detail: expect.stringContaining("usr_bob") });
  }
  const mine = await (await as("bob", "GET", "/inbox?mine=true")).json();
  expect(mine).toMatchObject({ items: [{ interruptId, assignee: "usr_bob" }] });
  expect(await (await as("ann", "GET", "/inbox?mine=true")).json()).toMatchObject({ items: [] });
  const taken = await problemOf(as("ann", "PUT", `${path}/assignee`, { userId: "usr_ann" }));
  expect(taken).toMatchObject({ status: 403 });
  const unknown = await problemOf(as("olga", "PUT", `${path}/assignee`, { userId: "usr_eve" }));
  expect(unknown).toMatchObject({ status: 404 });

  const said = await as("ann", "POST", `${path}/comments`, { text: "Who needs it?" });
  expect([said.status, await said.json()]).toMatchObject([201, { by: "ann", userId: "usr_ann" }]);
  expect(await (await as("bob", "GET", `${path}/comments`)).json()).toMatchObject({
    items: [{ text: "Who needs it?" }],
  });
  expect((await as("bob", "POST", `${path}/answer`, approve)).status).toBe(200);
});

it("what is for another role is not answered by a lesser one", async () => {
  const as = asMembers();
  const { path, hash } = await proposal({ audience: { audienceRole: "admin" } });
  const approve = { action: "approve", hash };
  const refused = await problemOf(as("ann", "POST", `${path}/answer`, approve));
  expect(refused).toMatchObject({ status: 403, code: "forbidden" });
  expect((await as("olga", "POST", `${path}/answer`, approve)).status).toBe(200);
});

it("many are answered alike, by a filter or by name, and each is told of that was not", async () => {
  const all = [
    await proposal(),
    await proposal(),
    await proposal({ input: { expression: "1\u200b" } }),
  ];
  const { inbox } = server.client;
  const some = await inbox.answer({
    answer: { action: "approve" },
    interrupts: all
      .map(({ runId, interruptId, hash }) => ({ runId, interruptId, hash }))
      .slice(1, 2),
  });
  expect(some).toEqual({
    answered: 1,
    refused: [],
    refusedCount: 0,
    next: null,
    raisedBefore: null,
  });
  const rest = await inbox.answer({
    answer: { action: "approve" },
    filter: { tool: "calculator" },
  });
  const [, , deceiving] = all;
  const codes = rest.refused.map(({ interruptId, code }) => [interruptId, code]);
  expect(codes).toContainEqual([deceiving?.interruptId, "invalid_request"]);
  expect(rest.next).toBeNull();
  const left = (await inbox.list({ tool: "calculator" })).items;
  expect(left.every(({ hash }) => hash !== callHash("calculator", input))).toBe(true);
  const rejected = await inbox.answer({
    answer: { action: "reject", reason: "No." },
    filter: { tool: "calculator" },
  });
  expect(rejected).toMatchObject({ answered: left.length, refusedCount: 0 });
});

it("a page of the inbox goes on where the one before ended", async () => {
  for (let n = 0; n < 3; n++) await proposal();
  const first = await server.client.inbox.list({ limit: 2 });
  const rest = await server.client.inbox.list({ limit: 2, cursor: first.nextCursor ?? "" });
  const ids = [...first.items, ...rest.items].map(({ interruptId }) => interruptId);
  expect(new Set(ids).size).toBe(3);
  expect(rest.nextCursor).toBeNull();
  expect(await problemOf(send(server.app, "GET", "/inbox?cursor=nonsense"))).toMatchObject({
    status: 400,
  });
});
