import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { InvitationMade, Me } from "@flotilla/api";
import * as OTPAuth from "otpauth";
import { freePort } from "../../../packages/tools/test/free-port.ts";
import { oidcClient, startOidcServer } from "../../../packages/server/test/oidc-server.ts";
import { runFlotilla, startFlotilla } from "../../command.ts";
import { firstOwner, Person, tokenOf } from "../../person.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import type { Claim, Proof } from "../claim.ts";

const ann = { name: "Ann", email: "ann@example.com", password: "ann has a long password" };
const accounts = {
  bob: { email: "bob@example.com", email_verified: true, name: "Bob" },
  eve: { email: "eve@elsewhere.org", email_verified: true, name: "Eve" },
};

/** Everybody comes in by the door that is meant for him, and by no other. */
export const signIn: Claim = {
  name: "sign-in",
  async prove(proof) {
    const { platform, provider } = await start(proof);
    const nobody = new Person(platform.url);
    proof.equals("withoutSignIn", await nobody.status("GET", "/api/v1/runs"), 401);
    const owner = await firstOwner(platform.url, platform.adminLink);
    await proveAdminLink(proof, platform);
    await provePassword(proof, owner);
    await proveProvider(proof, platform.url, provider.signIn);
    await proveCommandLine(proof, platform, owner);
    proveSecrecy(proof, platform);
  },
};

async function start(proof: Proof) {
  // The provider has to know the address before there is anybody to ask.
  const port = await freePort();
  const callback = `http://127.0.0.1:${port}/api/auth/callback/corp`;
  const provider = await startOidcServer(accounts, [callback]);
  proof.finally(async () => provider.close());
  const oidc = {
    id: "corp",
    issuer: provider.issuer,
    clientId: oidcClient.clientId,
    clientSecretEnv: "CORP_CLIENT_SECRET",
    defaultRole: "viewer",
    allowedDomains: ["example.com"],
  };
  const platform = await startPlatform({
    port,
    workers: 0,
    env: { CORP_CLIENT_SECRET: oidcClient.secret },
    config: { signIn: "required", oidc: [oidc] },
  });
  proof.finally(() => platform.stop());
  return { platform, provider };
}

async function proveAdminLink(proof: Proof, platform: Platform): Promise<void> {
  const again = await new Person(platform.url).status("POST", "/api/v1/admin-link/accept", {
    token: tokenOf(platform.adminLink),
    name: "Mallory",
    email: "mallory@example.com",
    password: "mallory has a long one",
  });
  proof.equals("adminLinkAgain", again, 404);
}

async function provePassword(proof: Proof, owner: Person): Promise<void> {
  proof.tell("an invitation, a password, a second factor");
  const { link } = await owner.json<InvitationMade>("POST", "/api/v1/invitations", {
    email: ann.email,
    role: "builder",
  });
  const person = new Person(owner.url);
  const acceptance = { token: tokenOf(link), name: ann.name, password: ann.password };
  await person.json("POST", "/api/v1/invitations/accept", acceptance);
  proof.equals("invitedRole", (await person.json<Me>("GET", "/api/v1/me")).caller.role, "builder");
  const again = await new Person(owner.url).status(
    "POST",
    "/api/v1/invitations/accept",
    acceptance,
  );
  proof.equals("invitationAgain", again, 404);

  const enabled = await person.json<{ totpURI: string }>("POST", "/api/auth/two-factor/enable", {
    password: ann.password,
  });
  const totp = OTPAuth.URI.parse(enabled.totpURI) as OTPAuth.TOTP;
  await person.json("POST", "/api/auth/two-factor/verify-totp", { code: totp.generate() });
  const next = new Person(owner.url);
  const wrong = { email: ann.email, password: "not her password" };
  proof.equals("wrongPassword", await next.status("POST", "/api/auth/sign-in/email", wrong), 401);
  await next.json("POST", "/api/auth/sign-in/email", { email: ann.email, password: ann.password });
  proof.equals("passwordAlone", await next.status("GET", "/api/v1/me"), 401);
  await next.json("POST", "/api/auth/two-factor/verify-totp", { code: totp.generate() });
  proof.equals("passwordAndCode", await next.status("GET", "/api/v1/me"), 200);
}

async function proveProvider(
  proof: Proof,
  url: string,
  goThrough: (url: string, account: string) => Promise<string>,
): Promise<void> {
  proof.tell("a provider of sign-in, with PKCE");
  const come = async (account: keyof typeof accounts) => {
    const person = new Person(url);
    const begun = await person.json<{ url: string }>("POST", "/api/auth/sign-in/social", {
      provider: "corp",
      callbackURL: "/",
      errorCallbackURL: "/sign-in",
    });
    const method = new URL(begun.url).searchParams.get("code_challenge_method");
    proof.equals("pkce", method, "S256");
    const back = new URL(await goThrough(begun.url, account));
    await person.send("GET", back.pathname + back.search);
    return person.status("GET", "/api/v1/me");
  };
  proof.equals("memberOfTheDomain", await come("bob"), 200);
  proof.equals("strangerOfAnotherDomain", await come("eve"), 401);
}

async function proveCommandLine(proof: Proof, platform: Platform, owner: Person): Promise<void> {
  proof.tell("the command line: a code, confirmed in a browser");
  const { url } = platform;
  const env = { FLOTILLA_URL: url, XDG_CONFIG_HOME: proof.folder };
  const flotilla = (...args: string[]) => runFlotilla([...args, "--json"], { env });
  const login = startFlotilla(["login", "--json"], { env });
  proof.finally(() => login.stop());
  const { userCode } = (await login.ready) as unknown as { userCode: string };
  await owner.json("GET", `/api/auth/device?user_code=${userCode}`);
  await owner.json("POST", "/api/auth/device/approve", { userCode });
  proof.equals("login", await login.exited, 0);
  const file = join(proof.folder, "flotilla", "credentials.json");
  proof.equals("credentialsMode", (statSync(file).mode & 0o777).toString(8), "600");

  const who = JSON.parse((await flotilla("whoami")).stdout) as Me;
  proof.equals("whoami", who.email, "olga@example.com");
  const key = JSON.parse((await flotilla("keys", "create", "ci", "--role", "viewer")).stdout) as {
    secret: string;
  };
  const withKey = await runFlotilla(["whoami", "--json", "--key", key.secret], {
    env: { FLOTILLA_URL: url },
  });
  proof.equals("key", (JSON.parse(withKey.stdout) as Me).caller.kind, "key");
  await flotilla("logout");
  const after = await flotilla("whoami");
  proof.equals("afterLogout", after.code, 1);
  proof.holds(after.stderr.includes("unauthenticated"), `after logout: ${after.stderr}`);

  const link = await runFlotilla(["admin-link", "--json", "--home", platform.home], { env });
  const { adminLink } = JSON.parse(link.stdout) as { adminLink: string };
  const rescued = await firstOwner(url, adminLink);
  proof.equals("cameBackIn", await rescued.status("GET", "/api/v1/me"), 200);
  proof.equals("sessionsBefore", await owner.status("GET", "/api/v1/me"), 401);
}

/** The secret is its owner's, and no password stands in a log. */
function proveSecrecy(proof: Proof, platform: Platform): void {
  const secret = statSync(join(platform.home, "secret"));
  proof.equals("secretMode", (secret.mode & 0o777).toString(8), "600");
  const files = readdirSync(platform.home, { withFileTypes: true }).filter((one) => one.isFile());
  const logs = files
    .filter(({ name }) => name.endsWith(".log"))
    .map(({ name }) => readFileSync(join(platform.home, name), "utf8"));
  const told = [platform.log(), ...logs].join("\n");
  for (const word of [ann.password, tokenOf(platform.adminLink), oidcClient.secret]) {
    proof.holds(!told.includes(word), `a secret stands in a log: ${word.slice(0, 4)}…`);
  }
}
