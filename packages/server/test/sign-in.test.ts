import type { InvitationMade, KeyMade, Me } from "@flotilla/api";
import { authDatabase } from "@flotilla/store";
import { getMigrations } from "better-auth/db/migration";
import * as OTPAuth from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authOptions } from "../src/auth/auth-options.ts";
import { newLinkToken } from "../src/auth/link-token.ts";
import { openPasswords } from "../src/auth/password.ts";
import {
  Browser,
  openSignInServer,
  otherOrigin,
  type SignInServer,
} from "./open-sign-in-server.ts";
import { problemOf } from "./open-test-server.ts";

let it: SignInServer;
const owner = { name: "Olga", email: "olga@example.com", password: "correct horse battery" };
let olga: Browser;

beforeAll(async () => {
  it = await openSignInServer();
  olga = new Browser(it.app);
});
afterAll(() => it.close());

const invite = (email: string, role = "viewer") =>
  olga.json<InvitationMade>("POST", "/api/v1/invitations", { email, role });
const tokenOf = ({ link }: { link: string }) => link.split("#")[1] as string;

/** A new member, signed in. */
async function join(name: string, role = "viewer", password = `${name} has a long password`) {
  const email = `${name}@example.com`;
  const token = tokenOf(await invite(email, role));
  const browser = new Browser(it.app);
  await browser.json("POST", "/api/v1/invitations/accept", { token, name, password });
  return { browser, email, password };
}

const signIn = (browser: Browser, { email, password }: { email: string; password: string }) =>
  browser.send("POST", "/api/auth/sign-in/email", { email, password });

test("the tables are those that the library would make", async () => {
  const { pool } = it.server.store;
  const options = authOptions({
    database: authDatabase(pool),
    secret: "x".repeat(32),
    passwords: openPasswords(),
    publicUrl: undefined,
    allowedHosts: [],
    openRegistration: false,
    oidc: [],
    isInvited: async () => false,
    onNewcomer: async () => undefined,
    env: {},
    log: it.server.logger,
  });
  const there = await getMigrations(options);
  expect([there.toBeCreated, there.toBeAdded, there.toBeAddedIndexes]).toEqual([[], [], []]);
  // And nothing that it would not make, nor anything else under the same name.
  const made = await getMigrations({
    ...options,
    database: { ...authDatabase(pool), schemaName: "fresh" },
  });
  await made.runMigrations();
  const columns = async (schema: string) =>
    (
      await pool.query(
        `SELECT table_name, column_name, data_type, is_nullable, column_default
         FROM information_schema.columns WHERE table_schema = $1 ORDER BY 1, 2`,
        [schema],
      )
    ).rows;
  expect(await columns("auth")).toEqual(await columns("fresh"));
  await pool.query("DROP SCHEMA fresh CASCADE");
});

describe("the first owner", () => {
  test("comes in by a link that works once", async () => {
    const link = await it.signIn.firstAdminLink();
    const token = link?.text as string;
    const accept = { token, ...owner };
    const joined = await olga.json("POST", "/api/v1/admin-link/accept", accept);
    expect(joined).toMatchObject({ organisation: "default", role: "owner" });
    const me = await olga.json<Me>("GET", "/api/v1/me");
    expect(me).toMatchObject({
      email: owner.email,
      caller: { kind: "user", name: "Olga", role: "owner", instance: false },
      organisations: [{ organisation: "default", role: "owner" }],
    });
    expect(
      await problemOf(new Browser(it.app).send("POST", "/api/v1/admin-link/accept", accept)),
    ).toMatchObject({ status: 404 });
    expect(await it.signIn.firstAdminLink()).toBeUndefined();
  });

  test("comes back in by a link that resets the account once, also for two at once", async () => {
    const { text: token, hash } = newLinkToken();
    await it.server.store.identity.createAdminLink(hash, 60);
    const passwords = ["the first new password", "the second new password"];
    const browsers = [new Browser(it.app), new Browser(it.app)] as const;
    const answers = await Promise.all(
      browsers.map((browser, i) => {
        const accept = { ...owner, token, password: passwords[i] };
        return browser.send("POST", "/api/v1/admin-link/accept", accept);
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
    const won = answers[0]?.status === 200 ? 0 : 1;
    owner.password = passwords[won] as string;
    olga = browsers[won];
    expect((await olga.send("GET", "/api/v1/me")).status).toBe(200);
    const other = { ...owner, password: passwords[1 - won] as string };
    expect((await signIn(new Browser(it.app), other)).status).toBe(401);
  });

  test("has a cookie that scripts cannot read and other sites cannot use", async () => {
    const answer = await signIn(new Browser(it.app), owner);
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^flotilla\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).not.toMatch(/Secure/i);
  });
});

describe("invitations", () => {
  test("make a member with the role that was offered, once", async () => {
    const made = await invite("Ann@Example.com", "builder");
    expect(made).toMatchObject({ email: "ann@example.com", status: "open", createdBy: "Olga" });
    expect(made.link).toMatch(/^http:\/\/localhost\/invitation#[\w-]{43}$/);
    const listed = await olga.json("GET", "/api/v1/invitations");
    expect(JSON.stringify(listed)).not.toContain(tokenOf(made));
    const ann = new Browser(it.app);
    const token = tokenOf(made);
    const opened = await ann.json("POST", "/api/v1/invitations/open", { token });
    expect(opened).toMatchObject({ email: "ann@example.com", role: "builder", hasAccount: false });
    const accept = { token, name: "Ann", password: "ann has a long one" };
    const joined = await ann.json("POST", "/api/v1/invitations/accept", accept);
    expect(joined).toMatchObject({ role: "builder", keptRole: false });
    const me = await ann.json<Me>("GET", "/api/v1/me");
    expect(me).toMatchObject({ email: "ann@example.com", caller: { role: "builder" } });
    expect(me.permissions).not.toContain("members.write");
    expect(await problemOf(ann.send("POST", "/api/v1/invitations/accept", accept))).toMatchObject({
      status: 404,
    });
    expect(
      await problemOf(ann.send("POST", "/api/v1/invitations", { email: "x@example.com" })),
    ).toMatchObject({ status: 403 });
  });

  test("that were revoked or replaced are worth nothing", async () => {
    const first = await invite("bob@example.com");
    const second = await invite("bob@example.com");
    const bob = new Browser(it.app);
    const open = (one: InvitationMade) =>
      bob.send("POST", "/api/v1/invitations/open", { token: tokenOf(one) });
    expect((await open(first)).status).toBe(404);
    expect((await open(second)).status).toBe(200);
    await olga.json("DELETE", `/api/v1/invitations/${second.id}`);
    expect((await open(second)).status).toBe(404);
  });

  test("to an address that has an account are taken by its person alone", async () => {
    const cara = await join("cara");
    const token = tokenOf(await invite(cara.email, "operator"));
    const thief = new Browser(it.app);
    const accept = { token, name: "Cara", password: "the password of a thief" };
    const refused = thief.send("POST", "/api/v1/invitations/accept", accept);
    expect(await problemOf(refused)).toMatchObject({ status: 401, code: "unauthenticated" });
    const joined = await cara.browser.json("POST", "/api/v1/invitations/accept", { token });
    // She was a viewer, and is told what she is and not what was offered.
    expect(joined).toMatchObject({ role: "viewer", keptRole: true });
    const me = await cara.browser.json<Me>("GET", "/api/v1/me");
    expect(me.caller.role).toBe("viewer");
  });

  test("cannot be made by whoever may less than they offer", async () => {
    const admin = await join("dora", "admin");
    const problem = await problemOf(
      admin.browser.send("POST", "/api/v1/invitations", { email: "e@example.com", role: "owner" }),
    );
    expect(problem).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("sign-in", () => {
  test("needs the right password, and does not tell whether there is such an account", async () => {
    const { email, password } = await join("finn");
    const browser = new Browser(it.app);
    const wrong = await problemOf(signIn(browser, { email, password: "not his password" }));
    const unknown = await problemOf(signIn(browser, { email: "nobody@example.com", password }));
    expect(wrong).toMatchObject({
      status: 401,
      code: "unauthenticated",
      reason: "INVALID_EMAIL_OR_PASSWORD",
    });
    expect({ ...unknown, requestId: "" }).toEqual({ ...wrong, requestId: "" });
    expect((await signIn(browser, { email, password })).status).toBe(200);
    expect((await browser.send("GET", "/api/v1/me")).status).toBe(200);
  });

  test("is not open to everybody", async () => {
    const body = { name: "Gil", email: "gil@example.com", password: "gil has a long one" };
    const problem = await problemOf(
      new Browser(it.app).send("POST", "/api/auth/sign-up/email", body),
    );
    expect(problem).toMatchObject({
      code: "invalid_request",
      reason: "EMAIL_PASSWORD_SIGN_UP_DISABLED",
    });
    const long = new URLSearchParams({ client_id: "x".repeat(70_000) }).toString();
    const flood = it.app.request("/api/auth/device/code", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: long,
    });
    expect(await problemOf(flood)).toMatchObject({ status: 413, code: "too_large" });
    for (const path of [
      "/api/auth/delete-user",
      "/api/auth/enrol",
      "/api/auth/request-password-reset",
    ]) {
      expect((await new Browser(it.app).send("POST", path, body)).status).toBe(404);
    }
  });

  test("is slowed down for one who guesses, and for all who guess at one person", async () => {
    const { email } = await join("hugo");
    let problem;
    for (let i = 0; i < 12; i++) {
      problem = await problemOf(
        signIn(new Browser(it.app), { email, password: `guess number ${i}` }),
      );
      if (problem.status === 429) break;
    }
    expect(problem).toMatchObject({ status: 429, code: "rate_limited" });
  });

  test("ends on every server as soon as the session does", async () => {
    const { browser, email, password } = await join("ida");
    const elsewhere = await it.another();
    const phone = new Browser(elsewhere.app);
    await signIn(phone, { email, password });
    expect((await phone.send("GET", "/api/v1/me")).status).toBe(200);
    const sessions = await browser.json<{ token: string }[]>("GET", "/api/auth/list-sessions");
    expect(sessions).toHaveLength(2);
    await browser.json("POST", "/api/auth/revoke-other-sessions");
    await expect
      .poll(async () => (await phone.send("GET", "/api/v1/me")).status, { timeout: 2_000 })
      .toBe(401);
    await browser.json("POST", "/api/auth/sign-out");
    expect((await browser.send("GET", "/api/v1/me")).status).toBe(401);
  });

  test("a cookie does nothing for pages of other origins", async () => {
    const other = { origin: otherOrigin };
    const sent = (headers: Record<string, string>) =>
      olga.send("POST", "/api/v1/invitations", { email: "j@example.com" }, headers);
    expect(await problemOf(sent(other))).toMatchObject({ status: 403, code: "forbidden" });
    expect((await sent({})).status).toBe(201);
    const signOut = olga.send("POST", "/api/auth/sign-out", {}, other);
    expect(await problemOf(signOut)).toMatchObject({ status: 403 });
    expect((await olga.send("GET", "/api/v1/me")).status).toBe(200);
  });
});

describe("a key that a person has made", () => {
  test("is bound by the rules about him, and ends with his membership", async () => {
    const { browser } = await join("mia", "admin");
    const me = await browser.json<Me>("GET", "/api/v1/me");
    const made = await browser.json<KeyMade>("POST", "/api/v1/keys", { name: "k", role: "viewer" });
    const ask = () =>
      it.app.request("/api/v1/me", { headers: { authorization: `Bearer ${made.secret}` } });
    expect(await (await ask()).json()).toMatchObject({
      caller: { kind: "key", userId: me.caller.id },
    });
    expect(await olga.send("DELETE", `/api/v1/members/${me.caller.id}`)).toMatchObject({
      ok: true,
    });
    await expect.poll(async () => (await ask()).status, { timeout: 2_000 }).toBe(401);
  });
});

test("a key may no more than whoever made it may by now", async () => {
  const { browser } = await join("max", "admin");
  const me = await browser.json<Me>("GET", "/api/v1/me");
  const made = await browser.json<KeyMade>("POST", "/api/v1/keys", { name: "k", role: "admin" });
  const headers = { authorization: `Bearer ${made.secret}` };
  const ask = (path: string) => it.app.request(`/api/v1${path}`, { headers });
  expect((await ask("/keys")).status).toBe(200);
  await olga.json("PATCH", `/api/v1/members/${me.caller.id}`, { role: "viewer" });
  await expect.poll(async () => (await ask("/keys")).status, { timeout: 2_000 }).toBe(403);
  expect((await ask("/runs")).status).toBe(200);
});

test("a password is tried in no form in which another address could be read than is counted", async () => {
  const body = `{"a":"&email=olga@example.com&password=wrong-password&b="}`;
  const headers = { "content-type": "application/x-www-form-urlencoded", host: "localhost" };
  const options = { method: "POST", headers, body };
  const answer = await it.app.request("http://localhost/api/auth/sign-in/email", options);
  expect(answer.status).toBe(400);
});

describe("a second factor", () => {
  const codes = (uri: string) => OTPAuth.URI.parse(uri) as OTPAuth.TOTP;

  test("is asked for after the password; a backup code works once", async () => {
    const { browser, email, password } = await join("kim");
    const enabled = await browser.json<{ totpURI: string; backupCodes: string[] }>(
      "POST",
      "/api/auth/two-factor/enable",
      { password },
    );
    const totp = codes(enabled.totpURI);
    expect(totp.issuer).toBe("Flotilla");
    // It is only on once a code has shown that the app has it.
    await browser.json("POST", "/api/auth/two-factor/verify-totp", { code: totp.generate() });

    const laptop = new Browser(it.app);
    const first = await laptop.json("POST", "/api/auth/sign-in/email", { email, password });
    expect(first).toMatchObject({ twoFactorRedirect: true, twoFactorMethods: ["totp"] });
    expect((await laptop.send("GET", "/api/v1/me")).status).toBe(401);
    const wrong = totp.generate() === "000000" ? "000001" : "000000";
    const refused = laptop.send("POST", "/api/auth/two-factor/verify-totp", { code: wrong });
    expect(await problemOf(refused)).toMatchObject({ status: 401, reason: "INVALID_CODE" });
    await laptop.json("POST", "/api/auth/two-factor/verify-totp", { code: totp.generate() });
    expect((await laptop.send("GET", "/api/v1/me")).status).toBe(200);

    const [code] = enabled.backupCodes;
    const lost = new Browser(it.app);
    await signIn(lost, { email, password });
    await lost.json("POST", "/api/auth/two-factor/verify-backup-code", { code });
    expect((await lost.send("GET", "/api/v1/me")).status).toBe(200);
    const again = new Browser(it.app);
    await signIn(again, { email, password });
    expect((await again.send("POST", "/api/auth/two-factor/verify-backup-code", { code })).ok).toBe(
      false,
    );
  });
});

test("a new password ends all other sessions, unless they are to stay", async () => {
  const { browser, email, password } = await join("pia");
  const other = new Browser(it.app);
  await signIn(other, { email, password });
  const status = async (of: Browser) => (await of.send("GET", "/api/v1/me")).status;
  const [second, third] = ["the second password", "the third password"];
  const change = (body: object) => browser.send("POST", "/api/auth/change-password", body);
  const kept = { currentPassword: password, newPassword: second, revokeOtherSessions: false };
  expect((await change(kept)).status).toBe(200);
  expect(await status(other)).toBe(200);
  expect((await change({ currentPassword: second, newPassword: third })).status).toBe(200);
  await expect.poll(() => status(other), { timeout: 2_000 }).toBe(401);
  expect(await status(browser)).toBe(200);
});

test("sign-ins, and what people do with their sessions, are in the activity log", async () => {
  const { email, password } = await join("noor");
  // Nobody has tried at this server yet: its rates leave room, however fast the tests before were.
  const { app } = await it.another();
  const browser = new Browser(app);
  await signIn(new Browser(app), { email, password: "not her password" });
  await signIn(browser, { email, password });
  await browser.send("POST", "/api/auth/sign-out", {});
  const { activity, client } = it.server;
  await expect.poll(() => activity.waiting()).toBe(0);
  const { items } = await client.activity.list({ limit: 4 });
  const [out, came, refused, joined] = items;
  expect(joined).toMatchObject({ action: "member.joined", organisation: "default" });
  expect(refused).toMatchObject({
    action: "session.created",
    outcome: "refused",
    actor: { kind: "unknown", id: email },
    organisation: "default",
  });
  const noor = { kind: "user", id: joined?.actor.id, name: "noor" };
  expect(came).toMatchObject({ action: "session.created", outcome: "allowed", actor: noor });
  expect(out).toMatchObject({ action: "session.ended", outcome: "allowed", actor: noor });
  expect(JSON.stringify(items)).not.toContain("password");
});
