import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ConnectionSet } from "@flotilla/api";
import { openConnectionTester } from "@flotilla/tools";
import type { Hono } from "hono";
import { createClient, type Client } from "@flotilla/api";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeCertificate, type Certificate } from "../../tools/test/certificate.ts";
import { dovecot, startDovecot, type Dovecot } from "../../tools/test/dovecot.ts";
import { openSmtpPeer, type SmtpPeer } from "../../tools/test/smtp-peer.ts";
import type { ServerEnv } from "../src/app-parts.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

const password = "ann-has-a-long-password";
const users = { ann: password };

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const calendar = { kind: "calendar", url: "https://cal.example.com/dav/" } as const;
const login = { user: "ann", secret: password };

test("a connection is set, listed, tested, replaced and removed, and its secret never shown", async () => {
  const { client, app } = server;
  const made = await client.connections.set("team", {
    settings: calendar,
    login,
    description: "d",
  });
  expect(made).toMatchObject({
    name: "team",
    settings: calendar,
    credential: "connection-team",
    createdBy: "person",
    test: null,
  });
  expect(await client.credentials.get("connection-team")).toMatchObject({
    kind: "basic",
    binding: { hosts: ["cal.example.com:443"], login: true },
  });
  const settings = { ...calendar, url: "https://cal.example.com/other/" };
  const next = await client.connections.set("team", { settings });
  expect(next).toMatchObject({ id: made.id, settings, credential: "connection-team" });
  const answers = [
    await send(app, "GET", "/connections"),
    await send(app, "GET", "/connections/team"),
  ];
  for (const answer of answers) expect(await answer.text()).not.toContain(password);
  expect((await client.connections.list()).items).toEqual([next]);
  await client.connections.remove("team");
  await expect(client.connections.get("team")).rejects.toMatchObject({ code: "not_found" });
  await expect(client.credentials.get("connection-team")).rejects.toMatchObject({
    code: "not_found",
  });
});

test("a login goes to no other server than it was set for", async () => {
  const { client } = server;
  await client.connections.set("mine", { settings: calendar, login });
  const settings = { ...calendar, url: "https://evil.example.com/" };
  await expect(client.connections.set("mine", { settings })).rejects.toMatchObject({
    code: "tool_forbidden",
    message: expect.stringContaining("not to evil.example.com:443") as string,
  });
  const binding = { hosts: ["cal.example.com"], headers: ["authorization"] };
  const kept = { kind: "basic", binding, secret: `ann:${password}` } as const;
  await client.credentials.set("for-requests", kept);
  await expect(
    client.connections.set("mine", { settings: calendar, credential: "for-requests" }),
  ).rejects.toMatchObject({
    message: expect.stringContaining("does not let it be the login") as string,
  });
  await client.credentials.set("for-logins", { ...kept, binding: { ...binding, login: true } });
  expect(
    await client.connections.set("mine", { settings: calendar, credential: "for-logins" }),
  ).toMatchObject({ credential: "for-logins" });
});

describe("refused with the field and what to do:", () => {
  const imap = { host: "imap.example.com", port: 993 };
  const mail = { kind: "mail", address: "ann@example.com", imap };
  test.each<[string, unknown, string]>([
    ["mail without a login", { settings: mail }, "needs a login"],
    ["a login and a credential", { settings: calendar, login, credential: "x" }, "not both"],
    ["an open line", { settings: { ...mail, imap: { ...imap, security: "none" } } }, "use tls"],
    ["a colon in the user", { settings: calendar, login: { ...login, user: "a:b" } }, "colon"],
    [
      "a short secret",
      { settings: calendar, login: { ...login, secret: "short" } },
      "8 characters",
    ],
    [
      "a weak secret",
      { settings: calendar, login: { ...login, secret: "aaaaaaaaaaaa" } },
      "told from",
    ],
    ["an unknown credential", { settings: calendar, credential: "gone" }, "no credential gone"],
    ["an unknown field", { settings: { ...calendar, secret: "x" } }, "secret"],
  ])("%s", async (_what, body, expected) => {
    const problem = await problemOf(send(server.app, "PUT", "/connections/refused", body));
    expect(JSON.stringify(problem)).toContain(expected);
    await expect(server.client.connections.get("refused")).rejects.toThrow("no connection");
  });
});

function clientOf(app: Hono<ServerEnv>): Client {
  return createClient({
    baseUrl: "http://localhost",
    fetch: async (input, init) => app.request(input instanceof URL ? input.href : input, init),
  });
}

describe.skipIf(dovecot.missing)("a test signs in at the servers themselves:", () => {
  let certificate: Certificate;
  let imap: Dovecot;
  let smtp: SmtpPeer;
  beforeAll(async () => {
    certificate = await makeCertificate();
    imap = await startDovecot(users, certificate);
    smtp = await openSmtpPeer({ users, certificate, security: "starttls" });
  });
  afterAll(async () => {
    await Promise.all([imap.stop(), smtp.close()]);
  });

  const host = "127.0.0.1";
  const mail = (more: object = {}): ConnectionSet["settings"] => ({
    kind: "mail",
    address: "ann@example.com",
    imap: { host, port: imap.tlsPort, security: "tls" },
    smtp: { host, port: smtp.port, security: "starttls" },
    ca: certificate.cert,
    ...more,
  });

  async function outcome(given: ConnectionSet, allow?: string[]): Promise<string> {
    const ports = [imap.port, imap.tlsPort, smtp.port, 1];
    const connections = openConnectionTester(allow ?? ports.map((port) => `${host}:${port}`));
    const client = clientOf(server.appWith({ connections }));
    const name = "mailbox";
    await client.connections.set(name, given);
    const { test: said } = await client.connections.test(name);
    expect((await client.connections.get(name)).test).toEqual(said);
    expect(said?.ok).toBe(said?.message === "");
    return said?.message ?? "it was not tested";
  }

  test("over TLS and STARTTLS, and without on this machine", async () => {
    expect(await outcome({ settings: mail(), login })).toBe("");
    const open = { host, port: imap.port, security: "none" as const };
    expect(await outcome({ settings: mail({ imap: open, smtp: undefined }), login })).toBe("");
    const later = { host, port: imap.port, security: "starttls" as const };
    expect(await outcome({ settings: mail({ imap: later }), login })).toBe("");
  });

  test("and says what is wrong, without the secret", async () => {
    const wrong = { user: "ann", secret: "not-the-password-of-ann" };
    expect(await outcome({ settings: mail(), login: wrong })).toContain("refused the login");
    expect(await outcome({ settings: mail({ ca: undefined }), login })).toContain(
      "no TLS that can be",
    );
    const away = mail({ imap: { host, port: 1, security: "tls" } });
    expect(await outcome({ settings: away, login })).toContain("cannot be reached");
    expect(await outcome({ settings: mail(), login }, [])).toContain("not a public address");
    const plain = await openSmtpPeer({ users, certificate, security: "none" });
    onTestFinished(() => plain.close());
    const stripped = mail({ smtp: { host, port: plain.port, security: "starttls" } });
    const allow = [`${host}:${plain.port}`, `${host}:${imap.tlsPort}`];
    expect(await outcome({ settings: stripped, login }, allow)).toContain("no TLS that can be");
    expect(plain.mails).toEqual([]);
  });
});

test("a search service and a calendar are asked with their secrets", async () => {
  const asked: string[] = [];
  const service = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"}`);
    const isKnown = request.headers.authorization !== undefined;
    response.writeHead(isKnown ? 207 : 401).end();
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  onTestFinished(() => void service.close());
  const { port } = service.address() as AddressInfo;
  const connections = openConnectionTester([`127.0.0.1:${port}`]);
  const client = clientOf(server.appWith({ connections }));
  const url = `http://127.0.0.1:${port}/x`;
  await client.connections.set("calendar", { settings: { kind: "calendar", url }, login });
  expect((await client.connections.test("calendar")).test).toMatchObject({ ok: true });
  await client.connections.set("search", {
    settings: { kind: "search", service: "searxng", url },
  });
  expect((await client.connections.test("search")).test).toMatchObject({
    ok: false,
    message: expect.stringContaining("refused the login") as string,
  });
  const basic = Buffer.from(`ann:${password}`).toString("base64");
  expect(asked).toEqual([`PROPFIND /x Basic ${basic}`, "GET /x/search?q=flotilla&format=json -"]);
});

test("a database is signed in to", async () => {
  const url = new URL(server.url);
  const address = { host: "127.0.0.1", port: Number(url.port), database: url.pathname.slice(1) };
  const settings = { kind: "database", security: "none", ...address } as const;
  const connections = openConnectionTester([`127.0.0.1:${url.port}`]);
  const client = clientOf(server.appWith({ connections }));
  const secret = decodeURIComponent(url.password) || "anything-will-do";
  await client.connections.set("db", { settings, login: { user: url.username, secret } });
  expect((await client.connections.test("db")).test).toMatchObject({ ok: true, message: "" });
  const nowhere = { ...settings, database: "there-is-none" };
  await client.connections.set("db", { settings: nowhere, login: { user: url.username, secret } });
  expect((await client.connections.test("db")).test?.message).toContain("does not exist");
});
