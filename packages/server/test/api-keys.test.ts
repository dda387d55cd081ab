import { randomBytes } from "node:crypto";
import { keyMadeSchema, type KeyMade } from "@flotilla/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newKey } from "../src/auth/key-text.ts";
import { openSignInServer, type SignInServer } from "./open-sign-in-server.ts";
import { problemOf } from "./open-test-server.ts";

let it: SignInServer;
beforeAll(async () => {
  it = await openSignInServer();
});
afterAll(() => it.close());

interface Ask {
  body?: unknown;
  headers?: Record<string, string>;
  app?: SignInServer["app"];
}

function ask(key: string | undefined, method: string, path: string, options: Ask = {}) {
  const { body, headers, app = it.app } = options;
  return app.request(`/api/v1${path}`, {
    method,
    headers: {
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function make(key: string, body: object): Promise<KeyMade> {
  const answer = await ask(key, "POST", "/keys", { body });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return keyMadeSchema.parse(await answer.json());
}

describe("a key", () => {
  test("stands for its organisation, environment and role, and for nothing else", async () => {
    const key = await it.keyFor("operator", { organisation: "acme", environment: "dev" });
    const me = (await (await ask(key, "GET", "/me")).json()) as Record<string, unknown>;
    expect(me).toMatchObject({
      signIn: "required",
      caller: { kind: "key", organisation: "acme", environment: "dev", role: "operator" },
      organisations: [{ organisation: "acme", role: "operator" }],
    });
    expect(me["permissions"]).toContain("agents.run");
    expect(me["permissions"]).not.toContain("agents.write");
    // Nor for the instance: that is the home organisation's.
    expect(me["permissions"]).not.toContain("fleet.steer");
    const elsewhere = [
      ["flotilla-organisation", "default"],
      ["flotilla-environment", "prod"],
    ] as const;
    for (const [header, value] of elsewhere) {
      const headers = { [header]: value };
      const problem = await problemOf(ask(key, "GET", "/me", { headers }));
      expect(problem).toMatchObject({ status: 403, code: "forbidden" });
    }
    const refused = await problemOf(ask(key, "DELETE", "/agents/x"));
    expect(refused).toMatchObject({ status: 403, code: "forbidden" });
  });

  test("is shown once; what is kept and listed is not the secret", async () => {
    const admin = await it.keyFor("admin", { organisation: "once" });
    const made = await make(admin, { name: "ci", role: "builder", expiresInDays: null });
    expect(made).toMatchObject({ role: "builder", scopes: null, expiresAt: null });
    expect(made.secret.startsWith(made.hint)).toBe(true);
    const listed = await (await ask(admin, "GET", "/keys")).text();
    expect(listed).toContain(made.id);
    expect(listed).not.toContain(made.secret);
    const { rows } = await it.server.store.pool.query("SELECT row_to_json(k)::text FROM api_key k");
    expect(JSON.stringify(rows)).not.toContain(made.secret);
    const other = await it.keyFor("admin", { organisation: "elsewhere" });
    expect(await (await ask(other, "GET", "/keys")).text()).not.toContain(made.id);
    expect(await problemOf(ask(other, "DELETE", `/keys/${made.id}`))).toMatchObject({
      status: 404,
    });
  });

  test("may no more than whoever makes it", async () => {
    const admin = await it.keyFor("admin", { organisation: "strong" });
    const make403 = (key: string, body: object) =>
      problemOf(ask(key, "POST", "/keys", { body: { name: "x", ...body } }));
    expect(await make403(admin, { role: "owner" })).toMatchObject({ code: "forbidden" });
    const builder = await it.keyFor("builder", { organisation: "strong" });
    expect(await make403(builder, { role: "viewer" })).toMatchObject({ code: "forbidden" });
    const bound = await make(admin, {
      name: "b",
      role: "admin",
      scopes: ["keys.write", "runs.read"],
    });
    expect(await make403(bound.secret, { role: "viewer", scopes: ["agents.read"] })).toMatchObject({
      code: "forbidden",
    });
    // Whoever is bound to scopes hands on no more than they are.
    const next = await make(bound.secret, { name: "c", role: "operator" });
    expect(next.scopes).toEqual(["runs.read"]);
    expect((await ask(next.secret, "GET", "/runs")).status).toBe(200);
    expect(await problemOf(ask(next.secret, "GET", "/agents"))).toMatchObject({ status: 403 });
  });

  test("bound to scopes makes nobody more than they hold, by no way round", async () => {
    const admin = await it.keyFor("admin", { organisation: "scoped" });
    const whole = await make(admin, { name: "whole", role: "admin" });
    const narrow = await make(admin, { name: "narrow", role: "viewer", scopes: ["runs.read"] });
    const scopes = ["keys.write", "members.write", "runs.read"];
    const { secret } = await make(admin, { name: "bound", role: "admin", scopes });
    const rotated = (id: string) => ask(secret, "POST", `/keys/${id}/rotate`, { body: {} });
    expect(await problemOf(rotated(whole.id))).toMatchObject({ status: 403, code: "forbidden" });
    expect((await rotated(narrow.id)).status).toBe(200);
    const invited = { email: "eve@example.com", role: "admin" };
    const invitation = ask(secret, "POST", "/invitations", { body: invited });
    expect(await problemOf(invitation)).toMatchObject({ status: 403, code: "forbidden" });
    await it.server.store.identity.addMember("scoped", "eve", "viewer");
    const raised = ask(secret, "PATCH", "/members/eve", { body: { role: "admin" } });
    expect(await problemOf(raised)).toMatchObject({ status: 403, code: "forbidden" });
    expect((await ask(secret, "DELETE", "/members/eve")).status).toBe(204);
  });

  test("expires, and is then as unknown as any other", async () => {
    const admin = await it.keyFor("admin", { organisation: "short" });
    const made = await make(admin, { name: "s", expiresInDays: 1 / 86_400 });
    expect((await ask(made.secret, "GET", "/me")).status).toBe(200);
    await expect
      .poll(async () => (await ask(made.secret, "GET", "/me")).status, { timeout: 5_000 })
      .toBe(401);
  });

  test("says when it was used last, to the minute", async () => {
    const admin = await it.keyFor("admin", { organisation: "used" });
    const other = await it.another();
    await ask(admin, "GET", "/me", { app: other.app });
    await other.signIn.close();
    const { items } = (await (await ask(admin, "GET", "/keys")).json()) as {
      items: { lastUsedAt: string | null }[];
    };
    expect(items[0]?.lastUsedAt).toMatch(/:00\.000Z$/);
  });
});

describe("rotation and revocation", () => {
  test("the secret before is good for the grace that was given, the one before that no longer", async () => {
    const admin = await it.keyFor("admin", { organisation: "rotate" });
    const first = await make(admin, { name: "r", role: "viewer" });
    const rotate = async (body: object) => {
      const answer = await ask(admin, "POST", `/keys/${first.id}/rotate`, { body });
      return keyMadeSchema.parse(await answer.json());
    };
    const works = async (key: KeyMade) => (await ask(key.secret, "GET", "/me")).status === 200;
    const second = await rotate({ graceHours: 1 });
    expect(second.formerUntil).not.toBeNull();
    expect(await works(first)).toBe(true);
    expect(await works(second)).toBe(true);
    const third = await rotate({ graceHours: 0 });
    await expect.poll(() => works(second)).toBe(false);
    await expect.poll(() => works(first)).toBe(false);
    expect(await works(third)).toBe(true);
    // The grace ends by itself, too.
    const fourth = await rotate({ graceHours: 1 / 3_600 });
    expect(await works(third)).toBe(true);
    await expect.poll(() => works(third), { timeout: 5_000 }).toBe(false);
    expect(await works(fourth)).toBe(true);
  });

  test("a revoked key is refused at once, by every server", async () => {
    const admin = await it.keyFor("admin", { organisation: "revoke" });
    const made = await make(admin, { name: "r", role: "viewer" });
    const other = await it.another();
    const status = async (app: SignInServer["app"]) =>
      (await ask(made.secret, "GET", "/me", { app })).status;
    expect(await status(it.app)).toBe(200);
    expect(await status(other.app)).toBe(200);
    await ask(admin, "DELETE", `/keys/${made.id}`);
    await expect.poll(() => status(other.app), { timeout: 2_000 }).toBe(401);
    await expect.poll(() => status(it.app), { timeout: 2_000 }).toBe(401);
    const again = ask(admin, "POST", `/keys/${made.id}/rotate`, { body: {} });
    expect(await problemOf(again)).toMatchObject({ status: 404 });
  });
});

describe("what is no key", () => {
  test("is unauthenticated, with what can be done about it", async () => {
    const nobody = await problemOf(ask(undefined, "GET", "/agents"));
    expect(nobody).toMatchObject({ status: 401, code: "unauthenticated" });
    for (const key of ["flo_prod_nonsense", newKey("prod", randomBytes).text, "abc", "a.b.c"]) {
      const problem = await problemOf(ask(key, "GET", "/agents"));
      expect(problem).toMatchObject({ status: 401, code: "unauthenticated" });
      expect(problem.remedy).toContain("flotilla login");
    }
  });

  test("is refused for a while when one key is guessed at, and others are not", async () => {
    const { text } = newKey("staging", randomBytes);
    const guess = async (last: string) => ask(text.slice(0, -1) + last, "GET", "/me");
    const answers = await Promise.all(Array.from("0123456789ABC", guess));
    const late = answers.find(({ status }) => status === 429) as Response;
    expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await problemOf(late)).toMatchObject({ code: "rate_limited" });
    const good = await it.keyFor("viewer", { organisation: "calm" });
    // Who knows how a good key begins does not lock its holder out.
    const guesses = Array.from("0123456789ABC", (last) => good.slice(0, -2) + last + last);
    for (const one of guesses.filter((guessed) => guessed !== good)) await ask(one, "GET", "/me");
    expect((await ask(good, "GET", "/me")).status).toBe(200);
  });
});
