import { once } from "node:events";
import { closeCodes, keyProtocol, streamProtocol } from "@flotilla/api";
import {
  FlotillaError,
  localCaller,
  type AccessRule,
  type Caller,
  type Permission,
} from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createRun, runIn } from "../../store/test/sample-run.ts";
import type { AccessPort } from "../src/access/access.ts";
import type { StreamLimits } from "../src/app-parts.ts";
import { follow, listenOn } from "./follow.ts";
import { openSignInServer } from "./open-sign-in-server.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";
import { talk } from "./talk.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const key = "flk_secret";
const viewer: Caller = {
  ...localCaller,
  kind: "key",
  id: "key_1",
  role: "viewer",
  instance: false,
};

/** Access by one key that can be revoked, and whose holder's role and scopes can change. */
function keyAccess(rules: AccessRule[] = []) {
  const held: { caller: Caller | null; asked: number } = { caller: viewer, asked: 0 };
  const access: AccessPort = {
    signIn: "required",
    async identify(request) {
      held.asked += 1;
      const said = request.header("authorization");
      if (held.caller && said === `Bearer ${key}`) return held.caller;
      throw new FlotillaError("unauthenticated", "Nobody known asks.");
    },
    rules: async () => rules,
  };
  return { held, access };
}

async function guarded(streams: Partial<StreamLimits> = {}, rules: AccessRule[] = []) {
  const { held, access } = keyAccess(rules);
  const http = await listenOn(server.appWith({ access, streams: { recheckMs: 200, ...streams } }));
  return { held, http };
}

const header = { headers: { authorization: `Bearer ${key}` } };
const asProtocol = { protocols: [streamProtocol, `${keyProtocol}${key}`] };

test.each([
  ["a header", header],
  ["a subprotocol", asProtocol],
])("a key comes as %s", async (_how, options) => {
  const { http } = await guarded();
  const client = await talk(http, options);
  expect(client.socket.protocol).toBe(streamProtocol);
  client.say({ type: "subscribe", topic: "fleet" });
  expect(await client.nextOf("fleet")).toBeDefined();
  client.close();
  await http.close(1_000);
});

test("without a key there is no WebSocket", async () => {
  const { http } = await guarded();
  const socket = new WebSocket(`${http.url.replace("http", "ws")}/api/v1/stream`);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number },
  ];
  expect(response.statusCode).toBe(401);
  socket.on("error", () => undefined);
  socket.terminate();
  await http.close(1_000);
});

test("a command is refused like the request it stands for", async () => {
  const { http } = await guarded();
  const client = await talk(http, header);
  client.say({ type: "start", id: "c1", body: { agent: "a", input: { text: "q" } } });
  expect(await client.nextOf("error")).toMatchObject({ id: "c1", data: { code: "forbidden" } });
  client.close();
  await http.close(1_000);
});

test("a topic needs its permission", async () => {
  const { held, http } = await guarded();
  held.caller = { ...viewer, scopes: ["batches.read"] };
  const client = await talk(http, header);
  client.say({ type: "subscribe", sub: 1, topic: "inbox" });
  expect(await client.nextOf("error")).toMatchObject({ sub: 1, data: { code: "forbidden" } });
  client.close();
  await http.close(1_000);
});

test("when the key is revoked, its connections end: both kinds", async () => {
  const { held, http } = await guarded();
  const runId = await createRun(server.store);
  const client = await talk(http, header);
  client.say({ type: "subscribe", topic: "run", id: runId });
  await client.nextOf("event");
  const events = await fetch(`${http.url}/api/v1/runs/${runId}/stream`, header);
  const text = events.text();
  held.caller = null;
  expect(await client.closed).toBe(closeCodes.unauthenticated);
  expect(await text).toMatch(/event: error\ndata: \{.*"code":"unauthenticated".*\}\n\n$/);
  await expect(follow(http, `/runs/${runId}/stream`)).rejects.toThrow("unauthenticated");
  await http.close(1_000);
});

test("a key that is revoked is asked for a few times, not once for each of its connections", async () => {
  const { held, http } = await guarded();
  const clients = await Promise.all(Array.from({ length: 40 }, () => talk(http, header)));
  const before = held.asked;
  held.caller = null;
  for (const client of clients) expect(await client.closed).toBe(closeCodes.unauthenticated);
  expect(held.asked - before).toBeLessThan(5);
  await http.close(1_000);
});

test("an API key opens a WebSocket, and to revoke it closes that", async () => {
  const it = await openSignInServer();
  try {
    const { access } = it.signIn;
    const streams = { recheckMs: 200 };
    const http = await listenOn(it.server.appWith({ access, signIn: it.signIn, streams }));
    const issued = await it.keyFor("operator");
    const client = await talk(http, { protocols: [streamProtocol, `${keyProtocol}${issued}`] });
    client.say({ type: "subscribe", topic: "inbox" });
    await client.nextOf("inbox");
    const { items } = await it.server.client.keys.list();
    await it.server.client.keys.revoke(items[0]!.id);
    expect(await client.closed).toBe(closeCodes.unauthenticated);
    await http.close(1_000);
  } finally {
    await it.close();
  }
});

test("when the caller is somebody else's now, the connection ends", async () => {
  const { held, http } = await guarded();
  const client = await talk(http, header);
  held.caller = { ...viewer, organisation: "other" };
  expect(await client.closed).toBe(closeCodes.forbidden);
  await http.close(1_000);
});

test("when a permission is taken away, what needs it ends and the rest goes on", async () => {
  const { held, http } = await guarded();
  const client = await talk(http, header);
  client.say({ type: "subscribe", sub: 1, topic: "fleet" });
  await client.nextOf("fleet");
  client.say({ type: "subscribe", sub: 2, topic: "inbox" });
  await client.nextOf("inbox");
  const scopes: Permission[] = ["runs.read"];
  held.caller = { ...viewer, scopes };
  expect(await client.nextOf("error")).toMatchObject({ sub: 1, data: { code: "forbidden" } });
  client.say({ type: "ping" });
  expect(await client.nextOf("pong")).toBeDefined();
  client.close();
  await http.close(1_000);
});

test("a caller has so many connections of both kinds, and no more", async () => {
  const { http } = await guarded({ connectionsPerCaller: 2 });
  const runId = await createRun(server.store);
  const first = await talk(http, header);
  const connection = new AbortController();
  await fetch(`${http.url}/api/v1/runs/${runId}/stream`, { ...header, signal: connection.signal });
  const second = await talk(http, header);
  expect(await second.closed).toBe(closeCodes.rateLimited);
  const refused = await fetch(`${http.url}/api/v1/runs/${runId}/stream`, header);
  expect(refused.status).toBe(429);
  connection.abort();
  await expect
    .poll(async () => {
      const third = await talk(http, header);
      const code = await Promise.race([third.closed, third.next().then(() => "open")]);
      third.say({ type: "ping" });
      third.close();
      return code;
    })
    .toBe("open");
  first.close();
  await http.close(1_000);
});

test("a rule that comes later ends what is followed of its agent, on both kinds of connection", async () => {
  const rules: AccessRule[] = [];
  const { http } = await guarded({}, rules);
  const runId = await runIn(server.store, "waiting");
  const client = await talk(http, header);
  client.say({ type: "subscribe", sub: 1, topic: "run", id: runId });
  await client.nextOf("event");
  const events = await fetch(`${http.url}/api/v1/runs/${runId}/stream`, header);
  rules.push({
    id: "rul_1",
    effect: "deny",
    who: { kind: "role", role: "viewer" },
    permission: "runs.read",
    resource: "a",
    environment: null,
  });
  expect(await client.nextOf("error")).toMatchObject({ sub: 1, data: { code: "forbidden" } });
  expect(await events.text()).toContain('"forbidden"');
  client.close();
  await http.close(1_000);
});

test("what waits in runs that a rule keeps from the caller is not in his inbox", async () => {
  const runId = await runIn(server.store, "waiting");
  const rule = {
    id: "rul_1",
    effect: "deny",
    who: { kind: "role", role: "viewer" },
    permission: "runs.read",
    resource: "a",
    environment: null,
  } as const;
  const seenWith = async (rules: AccessRule[]) => {
    const { http } = await guarded({}, rules);
    const client = await talk(http, header);
    client.say({ type: "subscribe", sub: 1, topic: "inbox" });
    const { data } = await client.nextOf("inbox");
    client.close();
    return data.items.map((item) => item.runId);
  };
  expect(await seenWith([])).toContain(runId);
  expect(await seenWith([rule])).toEqual([]);
});
