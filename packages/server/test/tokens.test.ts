import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Me } from "@flotilla/api";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authSettings } from "../src/auth/settings.ts";
import { Browser, openSignInServer, type SignInServer } from "./open-sign-in-server.ts";
import { problemOf } from "./open-test-server.ts";

/** An issuer of tokens for services, with its keys on loopback. */
async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" };
  const server: Server = createServer((_, answer) => {
    answer.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    sign(claims: Record<string, unknown>, key: CryptoKey = privateKey) {
      return new SignJWT({ iss: issuer, aud: "flotilla", sub: "billing", ...claims })
        .setProtectedHeader({ alg: "ES256", kid: "k1" })
        .sign(key);
    },
    close: () => server.close(),
  };
}

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let another: typeof issuer;
let it: SignInServer;
const olga = { name: "Olga", email: "olga@example.com", password: "correct horse battery" };
let owner: Browser;
const soon = () => Math.floor(Date.now() / 1_000) + 60;

beforeAll(async () => {
  [issuer, another] = [await startIssuer(), await startIssuer()];
  const jwt = authSettings.jwt.parse(
    [issuer, another].map((one) => ({
      issuer: one.issuer,
      jwksUrl: `${one.issuer}/jwks.json`,
      audience: "flotilla",
      organisation: "acme",
      organisationClaim: "org",
      roleClaim: "role",
      scopesClaim: "scope",
    })),
  );
  it = await openSignInServer({ jwt });
  owner = new Browser(it.app);
  const token = (await it.signIn.firstAdminLink())?.text;
  await owner.json("POST", "/api/v1/admin-link/accept", { token, ...olga });
});
afterAll(async () => {
  await it.close();
  issuer.close();
  another.close();
});

function bearer(token: string, path = "/api/v1/me", headers: Record<string, string> = {}) {
  return it.app.request(path, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

describe("a service", () => {
  const claims = () => ({ exp: soon(), role: "operator", scope: "runs.read agents.read nonsense" });

  test("is known by a token of an issuer that the configuration trusts", async () => {
    const me = (await (await bearer(await issuer.sign(claims()))).json()) as Me;
    expect(me).toMatchObject({
      caller: { kind: "service", name: "billing", organisation: "acme", role: "operator" },
      permissions: ["agents.read", "runs.read"],
    });
    const wrong = await bearer(await issuer.sign(claims()), "/api/v1/me", {
      "flotilla-organisation": "default",
    });
    expect(await problemOf(wrong)).toMatchObject({ status: 403, code: "forbidden" });
  });

  test("shares its id with no other issuer's, organisation's or longer-named service", async () => {
    const long = "x".repeat(300);
    const tokens = [
      issuer.sign(claims()),
      another.sign(claims()),
      issuer.sign({ ...claims(), org: "beta" }),
      issuer.sign({ ...claims(), sub: `${long}a` }),
      issuer.sign({ ...claims(), sub: `${long}b` }),
      // Again: it is the same.
      issuer.sign({ ...claims(), jti: "2" }),
    ];
    const ids: string[] = [];
    for (const token of tokens) {
      const { caller } = (await (await bearer(await token)).json()) as Me;
      ids.push(caller.id);
      expect(caller.id.length).toBeLessThanOrEqual(200);
    }
    expect(new Set(ids.slice(0, 5)).size).toBe(5);
    expect(ids[5]).toBe(ids[0]);
  });

  test.each([
    ["has expired", { exp: soon() - 3_600 }],
    ["never ends", { exp: undefined }],
    ["is for somebody else", { aud: "another" }],
    ["is of another issuer", { iss: "http://127.0.0.1:9" }],
    ["has no subject", { sub: undefined }],
    ["makes an owner", { role: "owner" }],
    ["has no role", { role: undefined }],
  ])("is nobody when its token %s", async (_, changed) => {
    const token = await issuer.sign({ ...claims(), ...changed });
    expect(await problemOf(bearer(token))).toMatchObject({ status: 401 });
  });

  test("is nobody with a token that others have signed, or nobody", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const forged = await issuer.sign(claims(), privateKey);
    expect((await bearer(forged)).status).toBe(401);
    const [, body = ""] = forged.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect((await bearer(`${none}.${body}.`)).status).toBe(401);
  });

  test("without the claim that names permissions may do nothing", async () => {
    const { scope: _, ...others } = claims();
    const me = (await (await bearer(await issuer.sign(others))).json()) as Me;
    expect(me.permissions).toEqual([]);
  });
});

describe("the platform's own tokens", () => {
  test("stand for their person, and for nobody once the session has ended", async () => {
    const phone = new Browser(it.app);
    await phone.json("POST", "/api/auth/sign-in/email", olga);
    const { token } = await phone.json<{ token: string }>("GET", "/api/auth/token");
    const { keys } = await phone.json<{ keys: object[] }>("GET", "/api/auth/jwks");
    expect(keys).toMatchObject([{ alg: "EdDSA" }]);
    expect(JSON.stringify(keys)).not.toContain('"d"');
    expect(await (await bearer(token)).json()).toMatchObject({ email: olga.email });
    await phone.json("POST", "/api/auth/sign-out");
    await expect.poll(async () => (await bearer(token)).status, { timeout: 2_000 }).toBe(401);
  });
});

describe("a device", () => {
  interface Code {
    device_code: string;
    user_code: string;
    verification_uri_complete: string;
  }
  const program = () => new Browser(it.app);
  const begin = () =>
    program().json<Code>("POST", "/api/auth/device/code", { client_id: "flotilla-cli" });
  const poll = (code: Code) =>
    program().send("POST", "/api/auth/device/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code.device_code,
      client_id: "flotilla-cli",
    });

  test("is signed in by a person who confirms its code, and only by him", async () => {
    const code = await begin();
    expect(code.verification_uri_complete).toBe(
      `http://localhost/device?user_code=${code.user_code}`,
    );
    expect(await (await poll(code)).json()).toMatchObject({ error: "authorization_pending" });
    expect(await (await poll(code)).json()).toMatchObject({ error: "slow_down" });
    const userCode = code.user_code;
    const stranger = await program().send("POST", "/api/auth/device/approve", { userCode });
    expect(stranger.status).toBe(401);
    await owner.json("GET", `/api/auth/device?user_code=${userCode}`);
    await owner.json("POST", "/api/auth/device/approve", { userCode });
    // The library takes a poll every five seconds.
    await it.server.store.pool.query('UPDATE auth."deviceCode" SET "lastPolledAt" = NULL');
    const answer = (await (await poll(code)).json()) as { access_token: string };
    expect(await (await bearer(answer.access_token)).json()).toMatchObject({ email: olga.email });
    expect((await poll(code)).status).toBe(400);

    const sessions = await owner.json<{ token: string }[]>("GET", "/api/auth/list-sessions");
    const token = sessions.find((one) => one.token === answer.access_token)?.token;
    await owner.json("POST", "/api/auth/revoke-session", { token });
    const status = async () => (await bearer(answer.access_token)).status;
    await expect.poll(status, { timeout: 2_000 }).toBe(401);
  });

  test("is forgotten once its code has expired, like all that ends by itself", async () => {
    const code = await begin();
    const { pool, identity } = it.server.store;
    const left = async () => {
      const text = 'SELECT count(*)::int AS n FROM auth."deviceCode" WHERE "deviceCode" = $1';
      return (await pool.query<{ n: number }>(text, [code.device_code])).rows[0]?.n;
    };
    await identity.deleteEnded();
    expect(await left()).toBe(1);
    await pool.query('UPDATE auth."deviceCode" SET "expiresAt" = now() - interval \'1 s\'');
    await identity.deleteEnded();
    expect(await left()).toBe(0);
    expect((await owner.send("GET", "/api/v1/me")).status).toBe(200);
  });

  test("is told when it was refused, and unknown programs get no code", async () => {
    const code = await begin();
    await owner.json("GET", `/api/auth/device?user_code=${code.user_code}`);
    await owner.json("POST", "/api/auth/device/deny", { userCode: code.user_code });
    expect(await (await poll(code)).json()).toMatchObject({ error: "access_denied" });
    const unknown = await program().send("POST", "/api/auth/device/code", { client_id: "other" });
    expect(await unknown.json()).toMatchObject({ error: "invalid_client" });
  });
});
