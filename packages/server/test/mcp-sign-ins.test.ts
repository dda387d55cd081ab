import { randomBytes } from "node:crypto";
import { createClient, type Client } from "@flotilla/api";
import type { Json } from "@flotilla/core";
import { openMcp, openOutgoing, openTools } from "@flotilla/tools";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { localKey } from "../src/vault/local-key.ts";
import { openKeyring } from "../src/vault/keyring.ts";
import { openMcpSignIns } from "../src/vault/mcp-sign-ins.ts";
import { fromTheStart, rewrapChunk } from "../src/vault/rewrap.ts";
import { testContext } from "../../tools/src/test-context.ts";
import { openOAuthPeer, type OAuthPeer } from "./oauth-peer.ts";
import { openTestServer, type TestServer } from "./open-test-server.ts";

let server: TestServer;
let names = 0;

beforeAll(async () => void (server = await openTestServer()));
afterAll(() => server.close());

const place = { organisation: "default", environment: "prod" } as const;

/** A process of the platform, which may reach the peer. */
async function openProcess({ hosts }: OAuthPeer, store = server.store) {
  const { vault, logger } = server;
  const mcp = openMcp({ store: store.mcpTools, ...vault, log: logger, allow: hosts });
  const tools = await openTools({ mcp });
  onTestFinished(async () => {
    tools.close();
    await mcp.close();
  });
  const app = server.appWith({ mcp, tools, outgoing: openOutgoing(hosts) });
  const client: Client = createClient({
    baseUrl: "http://localhost",
    fetch: async (input, init) => app.request(input instanceof URL ? input.href : input, init),
  });
  const call = async (tool: string, input: Json) =>
    (await tools.of(place)).call(tool, input, testContext());
  return { client, call, app };
}

/** A server that is approved, and at which nobody has signed in. */
async function open() {
  const peer = await openOAuthPeer();
  onTestFinished(peer.close);
  const own = await openProcess(peer);
  const name = `auth${++names}`;
  const transport = { kind: "http", url: peer.url } as const;
  const { hash } = await own.client.mcpServers.set(name, { transport });
  await own.client.mcpServers.approve(name, hash);
  return { ...own, peer, name, echo: () => own.call(`${name}__echo`, { text: "hi" }) };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** What a person brings back after he has signed in. */
async function wayThere({ client, peer, name }: Pick<Opened, "client" | "peer" | "name">) {
  const { url } = await client.mcpServers.connect(name);
  const back = await peer.signIn(url);
  return { url: new URL(url), back, end: Object.fromEntries(back.searchParams) as never };
}

async function connected() {
  const opened = await open();
  const { client, name } = opened;
  const { end } = await wayThere(opened);
  const { error, server: made } = await client.mcpServers.finishConnect(end);
  expect(error).toBeNull();
  const { items } = await client.mcpServers.tools(name);
  const tools = items.flatMap(({ tool, hash }) => (hash === null ? [] : [{ tool, hash }]));
  await client.mcpServers.approveTools(name, { tools });
  await expect.poll(() => opened.echo().catch(() => undefined), soon).toBeDefined();
  return { ...opened, made };
}

const soon = { timeout: 15_000 };
const refreshes = ({ asked }: OAuthPeer) => asked.filter((one) => one === "POST /token").length;

it("a server that asks for a sign-in says so, and is used once somebody has signed in", async () => {
  const opened = await open();
  const { client, name, peer } = opened;
  const { error } = await client.mcpServers.test(name);
  expect(error).toContain("needs a sign-in. Nobody has signed in yet.");
  expect(await client.mcpServers.get(name)).toMatchObject({
    state: "needs_sign_in",
    signIn: { by: null },
  });
  const { url, back, end } = await wayThere(opened);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    ...{ response_type: "code", code_challenge_method: "S256", resource: peer.url },
    ...{
      scope: "read offline_access",
      redirect_uri: "http://localhost/mcp-servers/oauth/callback",
    },
  });
  expect(back.pathname).toBe("/mcp-servers/oauth/callback");
  const ended = await client.mcpServers.finishConnect(end);
  expect(ended).toMatchObject({
    error: null,
    server: {
      state: "active",
      waitingTools: 1,
      signIn: { by: "person", issuer: peer.issuer },
    },
  });
  // It is good for one use.
  await expect(client.mcpServers.finishConnect(end)).rejects.toMatchObject({ code: "not_found" });
});

it("a person ends only what he has begun, and only where", async () => {
  const opened = await open();
  const { client, name } = opened;
  const own = { ...(await wayThere(opened)) };
  const { store } = server;
  const pools = store.pool;
  await pools.query("UPDATE mcp_sign_in_attempt SET user_id = 'usr_somebody'");
  await expect(client.mcpServers.finishConnect(own.end)).rejects.toMatchObject({
    code: "not_found",
  });
  const late = await wayThere(opened);
  await pools.query("UPDATE mcp_sign_in_attempt SET expires_at = now()");
  await expect(client.mcpServers.finishConnect(late.end)).rejects.toMatchObject({
    code: "not_found",
  });
  const forged = await wayThere(opened);
  const other = { ...(forged.end as Record<string, string>), iss: "https://other.example.com" };
  await expect(client.mcpServers.finishConnect(other as never)).rejects.toThrow(
    /is not the authorization server/,
  );
  const refused = await wayThere(opened);
  const { state, iss } = Object.fromEntries(refused.back.searchParams) as Record<string, string>;
  const denied = { state, iss, error: "access_denied" } as never;
  await expect(client.mcpServers.finishConnect(denied)).rejects.toMatchObject({
    code: "forbidden",
  });
  // Who changes how it is reached does not take the sign-in with him.
  const before = await wayThere(opened);
  await client.mcpServers.set(name, { transport: { kind: "http", url: `${opened.peer.url}?x` } });
  await expect(client.mcpServers.finishConnect(before.end)).rejects.toMatchObject({
    code: "not_found",
  });
});

it("tokens are kept sealed, and taken out of what is read", async () => {
  const { name, client } = await connected();
  const { store, vault } = server;
  const kept = await vault.signIns.read(await client.mcpServers.get(name));
  const token = kept?.secrets?.tokens["access_token"] as string;
  expect(token.length).toBeGreaterThan(20);
  const { rows } = await store.pool.query<{ text: string }>(
    "SELECT i::text AS text FROM mcp_sign_in i",
  );
  for (const { text } of rows) expect(Buffer.from(text).includes(token)).toBe(false);
  expect(server.vaultParts.redact.of("default").text(`x ${token} y`)).toBe("x [redacted] y");
});

it("a new key of the vault wraps what is kept of sign-ins anew", async () => {
  const { name, client } = await connected();
  const { store, vaultParts, logger } = server;
  const next = localKey(randomBytes(32).toString("base64"));
  const keyring = openKeyring([next, ...vaultParts.keys]);
  const { rewrapped } = await rewrapChunk(store, keyring, fromTheStart, logger);
  expect(rewrapped).toBeGreaterThan(0);
  const alone = openMcpSignIns({ ...vaultParts, keyring: openKeyring([next]) });
  const own = await client.mcpServers.get(name);
  expect((await alone.read(own))?.secrets?.tokens).toHaveProperty("access_token");
  // Back again, for the others.
  await rewrapChunk(store, openKeyring([...vaultParts.keys, next]), fromTheStart, logger);
  expect((await server.vault.signIns.read(own))?.secrets).toBeTruthy();
});

it("many calls of several processes renew the tokens once between them", async () => {
  const { peer, name, echo } = await connected();
  const others = [await openProcess(peer), await openProcess(peer)];
  for (const { call } of others) await call(`${name}__echo`, { text: "hi" });
  const before = refreshes(peer);
  peer.endTokens();
  const calls = [
    echo,
    ...others.map(
      ({ call }) =>
        () =>
          call(`${name}__echo`, { text: "hi" }),
    ),
  ];
  const answers = await Promise.all(Array.from({ length: 12 }, async (_, at) => calls[at % 3]?.()));
  expect(answers).toEqual(Array.from({ length: 12 }, () => ({ text: '{"text":"hi"}' })));
  expect(refreshes(peer) - before).toBe(1);
}, 30_000);

it("what is taken back fails calls with what to do, and those who look after it are told once", async () => {
  const { peer, name, echo, client } = await connected();
  await client.notifications.set("hook", {
    target: { kind: "webhook", url: "https://hooks.example.com/x", headers: {} },
  } as never);
  peer.takeBack();
  const failure = {
    message: expect.stringContaining("needs a sign-in. What was granted has ended"),
    remedy: expect.stringContaining(`flotilla mcp connect ${name}`),
  };
  await expect(echo()).rejects.toMatchObject(failure);
  await expect(echo()).rejects.toMatchObject(failure);
  expect(await client.mcpServers.get(name)).toMatchObject({
    state: "needs_sign_in",
    signIn: { needed: "What was granted has ended, or was taken back." },
  });
  const told =
    "SELECT event, data FROM notification WHERE event = 'mcp.sign_in_needed' AND data->>'mcpServer' = $1";
  expect((await server.store.pool.query(told, [name])).rows).toHaveLength(1);
  const before = refreshes(peer);
  await expect(echo()).rejects.toMatchObject(failure);
  expect(refreshes(peer)).toBe(before);
  const { end } = await wayThere({ client, peer, name });
  await client.mcpServers.finishConnect(end);
  await expect.poll(() => echo().catch(() => undefined), soon).toBeDefined();
}, 30_000);

it("a server that asks for more gets it from a person, beside what it had", async () => {
  const opened = await connected();
  const { peer, name, echo, client } = opened;
  peer.wanted = "read write";
  await expect(echo()).rejects.toThrow(/needs a sign-in. It asks for more/);
  expect(await client.mcpServers.get(name)).toMatchObject({
    state: "needs_sign_in",
    signIn: { needed: "It asks for more than was granted: read write.", scope: "read" },
  });
  const { url, end } = await wayThere(opened);
  expect(url.searchParams.get("scope")).toBe("read write offline_access");
  await client.mcpServers.finishConnect(end);
  await expect.poll(() => echo().catch(() => undefined), soon).toBeDefined();
}, 30_000);

it("disconnecting forgets the tokens, and gives them back", async () => {
  const { peer, name, echo, client } = await connected();
  const left = await client.mcpServers.disconnect(name);
  expect(left).toMatchObject({ state: "needs_sign_in", signIn: { by: null, issuer: null } });
  expect(peer.asked.at(-1)).toBe("POST /token/revocation");
  await expect
    .poll(() => echo().catch(({ message }: Error) => message), soon)
    .toContain("person has disconnected it");
}, 30_000);

it("tokens of one address are not sent to another", async () => {
  const { peer, name, client } = await connected();
  const heard: (string | undefined)[] = [];
  const thief = await openOAuthPeer();
  onTestFinished(thief.close);
  const { client: other } = await openProcess({ ...peer, hosts: [...peer.hosts, ...thief.hosts] });
  const transport = { kind: "http", url: thief.url } as const;
  const { hash } = await other.mcpServers.set(name, { transport });
  await other.mcpServers.approve(name, hash);
  thief.handlers["initialize"] = (_, { headers }) => {
    heard.push(headers.authorization);
    return { result: {} };
  };
  expect((await other.mcpServers.test(name)).error).toContain("Nobody has signed in yet");
  expect(heard).toEqual([]);
  expect((await client.mcpServers.get(name)).signIn).toMatchObject({ by: null });
});

it("hostile addresses of a sign-in are refused before anybody is sent there", async () => {
  const opened = await open();
  const { client, peer, name } = opened;
  const connect = () => client.mcpServers.connect(name);
  const usual = peer.metadataUrl;
  peer.metadataUrl = "http://127.0.0.1:9/.well-known/oauth-protected-resource";
  await expect(connect()).rejects.toThrow(/not its own origin/);
  peer.metadataUrl = usual;
  const good = peer.metadata;
  for (const issuer of [
    "http://169.254.169.254",
    "http://10.0.0.1",
    "http://example.com",
    "file:///etc",
  ]) {
    peer.metadata = { ...good, authorization_servers: [issuer] };
    await expect(connect()).rejects.toMatchObject({ code: expect.stringMatching(/^tool_/) });
  }
  peer.metadata = { ...good, resource: "https://elsewhere.example.com/mcp" };
  await expect(connect()).rejects.toThrow(/does not match/);
  peer.metadata = good;
  await connect();
});

/** A hostile authorization server, whose metadata says what it likes. */
it.each([
  ["javascript:alert(1)", /url|URL|Invalid/],
  ["file:///etc/passwd", /file/],
  ["http://127.0.0.1:9/authorize", /port 9/],
  ["http://login.example.com/authorize", /over http/],
])("nobody is sent to %s", async (endpoint, why) => {
  const { client, peer, name } = await open();
  const told = { issuer: peer.url.replace("/mcp", ""), response_types_supported: ["code"] };
  const metadata = {
    ...told,
    authorization_endpoint: endpoint,
    token_endpoint: `${told.issuer}/token`,
    registration_endpoint: `${told.issuer}/register`,
  };
  peer.answers = (request, response) => {
    const isMetadata = request.url === "/.well-known/oauth-authorization-server";
    if (!isMetadata && request.url !== "/register") return false;
    const body = isMetadata ? metadata : { client_id: "x", redirect_uris: ["http://localhost/x"] };
    response.writeHead(isMetadata ? 200 : 201, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
    return true;
  };
  peer.metadata = { ...peer.metadata, authorization_servers: [told.issuer] };
  await expect(client.mcpServers.connect(name)).rejects.toThrow(why);
});

it("who the platform is can be read by authorization servers", async () => {
  const { app } = await open();
  const document = await app.request("/mcp-servers/oauth/client.json");
  expect(await document.json()).toMatchObject({
    redirect_uris: ["http://localhost/mcp-servers/oauth/callback"],
    token_endpoint_auth_method: "none",
  });
});
