import type { InvitationMade, Me, SignInOptions } from "@flotilla/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authSettings } from "../src/auth/settings.ts";
import { oidcClient, startOidcServer, type OidcServer } from "./oidc-server.ts";
import { Browser, openSignInServer, type SignInServer } from "./open-sign-in-server.ts";

const person = (email: string, verified = true) => ({
  email,
  email_verified: verified,
  name: email.split("@")[0] as string,
});
const accounts = {
  ann: person("ann@example.com"),
  bob: person("bob@elsewhere.org"),
  cara: person("cara@example.com", false),
  dora: person("dora@partner.net"),
  olga: person("olga@example.com"),
};

let provider: OidcServer;
let it: SignInServer;
let owner: Browser;
const callback = (id: string) => `http://localhost/api/auth/callback/${id}`;

beforeAll(async () => {
  provider = await startOidcServer(accounts, [callback("corp"), callback("partner")]);
  const client = {
    issuer: provider.issuer,
    clientId: oidcClient.clientId,
    clientSecretEnv: "CORP_CLIENT_SECRET",
  };
  const oidc = authSettings.oidc.parse([
    {
      id: "corp",
      name: "Example Corp",
      ...client,
      defaultRole: "builder",
      allowedDomains: ["example.com"],
    },
    { id: "partner", ...client },
  ]);
  it = await openSignInServer({ oidc, variables: { CORP_CLIENT_SECRET: oidcClient.secret } });
  owner = new Browser(it.app);
  const token = (await it.signIn.firstAdminLink())?.text;
  const olga = { name: "Olga", email: "olga@example.com", password: "correct horse battery" };
  await owner.json("POST", "/api/v1/admin-link/accept", { token, ...olga });
});
afterAll(async () => {
  await it.close();
  provider.close();
});

const begin = (browser: Browser, id: string) =>
  browser.json<{ url: string }>("POST", "/api/auth/sign-in/social", {
    provider: id,
    callbackURL: "/welcome",
    errorCallbackURL: "/sign-in",
  });

/** Where the person ends up: an address of Flotilla. */
async function come(browser: Browser, id: string, account: string): Promise<string> {
  const { url } = await begin(browser, id);
  const back = new URL(await provider.signIn(url, account));
  const answer = await browser.send("GET", back.pathname + back.search);
  return answer.headers.get("location") ?? `${answer.status}`;
}

test("the sign-in page is told of the providers", async () => {
  const options = await new Browser(it.app).json<SignInOptions>("GET", "/api/v1/sign-in");
  expect(options).toEqual({
    signIn: "required",
    openRegistration: false,
    providers: [
      { id: "corp", name: "Example Corp" },
      { id: "partner", name: "partner" },
    ],
  });
});

describe("a person from a provider", () => {
  test("is sent there with PKCE, state and nonce, and comes back as a member", async () => {
    const ann = new Browser(it.app);
    const { searchParams } = new URL((await begin(ann, "corp")).url);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    for (const name of ["state", "nonce"]) expect(searchParams.get(name)).toBeTruthy();
    expect(searchParams.get("redirect_uri")).toBe(callback("corp"));

    expect(await come(ann, "corp", "ann")).toBe("/welcome");
    const me = await ann.json<Me>("GET", "/api/v1/me");
    expect(me).toMatchObject({
      email: "ann@example.com",
      caller: { kind: "user", name: "ann", organisation: "default", role: "builder" },
    });
    const again = new Browser(it.app);
    expect(await come(again, "corp", "ann")).toBe("/welcome");
    expect((await again.json<Me>("GET", "/api/v1/me")).caller.id).toBe(me.caller.id);
  });

  test.each([
    ["of another domain", "corp", "bob", "domain_not_allowed"],
    ["whose address the provider has not verified", "corp", "cara", "domain_not_allowed"],
    ["whom nobody has invited", "partner", "dora", "not_invited"],
  ])("%s does not come in", async (_, id, account, error) => {
    const browser = new Browser(it.app);
    const end = new URL(await come(browser, id, account), "http://localhost");
    expect(end.pathname).toBe("/sign-in");
    expect(end.searchParams.get("error")).toBe(error);
    expect((await browser.send("GET", "/api/v1/me")).status).toBe(401);
  });

  test("who was invited comes in, and takes the invitation", async () => {
    const invited = await owner.json<InvitationMade>("POST", "/api/v1/invitations", {
      email: "dora@partner.net",
      role: "operator",
    });
    const dora = new Browser(it.app);
    expect(await come(dora, "partner", "dora")).toBe("/welcome");
    // A user, but a member of nothing yet.
    expect((await dora.send("GET", "/api/v1/me")).status).toBe(403);
    const token = invited.link.split("#")[1];
    await dora.json("POST", "/api/v1/invitations/accept", { token });
    const role = async () => {
      const answer = await dora.send("GET", "/api/v1/me");
      return answer.ok ? ((await answer.json()) as Me).caller.role : answer.status;
    };
    await expect.poll(role, { timeout: 2_000 }).toBe("operator");
  });

  test("is joined to the account of his verified address", async () => {
    const olga = new Browser(it.app);
    expect(await come(olga, "corp", "olga")).toBe("/welcome");
    const [mine, hers] = [
      await olga.json<Me>("GET", "/api/v1/me"),
      await owner.json<Me>("GET", "/api/v1/me"),
    ];
    expect(mine.caller).toMatchObject({ id: hers.caller.id, role: "owner" });
  });

  test("cannot be pushed into somebody else's sign-in: the code is worth nothing there", async () => {
    const attacker = new Browser(it.app);
    const victim = new Browser(it.app);
    const { url } = await begin(attacker, "corp");
    const back = new URL(await provider.signIn(url, "ann"));
    const answer = await victim.send("GET", back.pathname + back.search);
    expect(answer.headers.get("location")).toContain("error=");
    expect((await victim.send("GET", "/api/v1/me")).status).toBe(401);
  });

  test("is not sent on to another site", async () => {
    const answer = await new Browser(it.app).send("POST", "/api/auth/sign-in/social", {
      provider: "corp",
      callbackURL: "https://evil.example/",
    });
    expect(answer.status).toBe(403);
  });
});
