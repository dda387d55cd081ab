import type { Browser, BrowserContext, Page } from "playwright-core";
import { freePort } from "../../../packages/tools/test/free-port.ts";
import { oidcClient, startOidcServer } from "../../../packages/server/test/oidc-server.ts";
import { startPlatform } from "../../platform.ts";
import { openBrowser } from "../../web/open-browser.ts";
import { watchPage } from "../../web/watch-page.ts";
import type { Claim, Proof } from "../claim.ts";
import { startPrefixProxy } from "./prefix-proxy.ts";

const accounts = {
  ann: { email: "ann@example.com", email_verified: true, name: "Ann" },
  eve: { email: "eve@elsewhere.org", email_verified: true, name: "Eve" },
};
const patienceMs = 60_000;
const loopback = new Set(["127.0.0.1", "localhost"]);

/**
 * Somebody comes in from a real OpenID provider, in Chromium, back to where she was going, and out again; one of another domain
 * is told why not. At the server's own address, and behind a proxy that adds a path.
 */
export const oidc: Claim = {
  name: "oidc",
  async prove(proof) {
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    for (const path of ["", "/fleet"]) {
      const base = await openPlatform(proof, path);
      proof.tell(`signing in at ${path || "/"}`);
      await proveWelcome(proof, browser, base);
      await proveRefusal(proof, browser, base);
    }
  },
};

/** The address that people open. */
async function openPlatform(proof: Proof, path: string): Promise<string> {
  const port = await freePort();
  const server = `http://127.0.0.1:${port}`;
  const proxy = path === "" ? undefined : await startPrefixProxy(path, () => server);
  proof.finally(async () => proxy?.close());
  const base = proxy?.url ?? server;
  const provider = await startOidcServer(accounts, [`${base}/api/auth/callback/corp`]);
  proof.finally(async () => provider.close());
  const corp = {
    ...{ id: "corp", name: "Example Corp", issuer: provider.issuer },
    ...{ clientId: oidcClient.clientId, clientSecretEnv: "CORP_SECRET" },
    ...{ defaultRole: "viewer", allowedDomains: ["example.com"] },
  };
  const platform = await startPlatform({
    port,
    workers: 0,
    env: { CORP_SECRET: oidcClient.secret },
    config: { signIn: "required", oidc: [corp], ...(proxy && { publicUrl: base }) },
  });
  proof.finally(() => platform.stop());
  return base;
}

async function proveWelcome(proof: Proof, browser: Browser, base: string): Promise<void> {
  const { page, context, faults } = await openPage(browser);
  await signIn(page, base, "ann");
  await page.getByRole("heading", { level: 1, name: "Tools" }).waitFor();
  // What the provider's own page says is its own affair.
  faults.splice(0);
  proof.equals("cameBack", page.url().startsWith(`${base}/tools`), true);
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => name.includes("session_token"));
  proof.equals("sessionIsHttpOnly", session?.httpOnly ?? false, true);
  const me = await page.evaluate(async () => {
    const answer = await fetch(new URL("api/v1/me", document.baseURI));
    return (await answer.json()) as { email: string; caller: { role: string } };
  });
  proof.equals("signedInAs", `${me.email}, ${me.caller.role}`, "ann@example.com, viewer");
  await page.getByRole("link", { name: "Settings", exact: true }).first().click();
  await page.getByRole("heading", { level: 2, name: "Profile" }).waitFor();
  proof.equals("linksStayBelow", page.url().startsWith(`${base}/settings/profile`), true);
  await page.reload();
  await page.getByRole("heading", { level: 2, name: "Profile" }).waitFor();
  proof.holds(faults.length === 0, `the pages at ${base} say: ${faults.join("; ")}`);
  await context.close();
}

async function proveRefusal(proof: Proof, browser: Browser, base: string): Promise<void> {
  const { page, context } = await openPage(browser);
  await signIn(page, base, "eve");
  await page.getByText("Addresses of your domain are not let in here.").waitFor();
  proof.equals("refusedAt", page.url().startsWith(`${base}/sign-in`), true);
  await context.close();
}

async function signIn(page: Page, base: string, account: string): Promise<void> {
  await page.goto(`${base}/tools`);
  await page.getByRole("button", { name: "Sign in with Example Corp" }).click();
  await page.locator("input[name=login]").fill(account);
  await page.locator("input[name=password]").fill("any");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Continue" }).click();
}

async function openPage(browser: Browser) {
  const context: BrowserContext = await browser.newContext({ reducedMotion: "reduce" });
  context.setDefaultTimeout(patienceMs);
  // The provider's page asks for fonts that are elsewhere.
  await context.route(
    ({ hostname }) => !loopback.has(hostname),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  return { context, page, faults: watchPage(page, (request) => request.startsWith("401 ")) };
}
