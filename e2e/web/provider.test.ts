import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  oidcClient,
  startOidcServer,
  type OidcServer,
} from "../../packages/server/test/oidc-server.ts";
import { freePort } from "../../packages/tools/test/free-port.ts";
import { startPlatform, type Platform } from "../platform.ts";
import { openBrowser, openPage } from "./browser.ts";

let platform: Platform;
let provider: OidcServer;
let browser: Browser;

const person = (name: string) => ({ name, email: `${name}@example.com`, email_verified: true });

beforeAll(async () => {
  const port = await freePort();
  provider = await startOidcServer(
    { ann: person("ann"), eve: { ...person("eve"), email: "eve@elsewhere.example" } },
    [`http://127.0.0.1:${port}/api/auth/callback/corp`],
  );
  const { issuer } = provider;
  const corp = { id: "corp", name: "Example Corp", issuer, clientId: oidcClient.clientId };
  const rest = { clientSecretEnv: "CORP_SECRET", defaultRole: "viewer" };
  platform = await startPlatform({
    port,
    env: { FLOTILLA_SIGN_IN: "required", CORP_SECRET: oidcClient.secret },
    config: { oidc: [{ ...corp, ...rest, allowedDomains: ["example.com"] }] },
  });
  browser = await openBrowser();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  provider?.close();
});

async function signInAs(account: string) {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/tools");
  await page.getByRole("button", { name: "Sign in with Example Corp" }).click();
  await page.locator("input[name=login]").fill(account);
  await page.locator("input[name=password]").fill("any");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Continue" }).click();
  return page;
}

test("a person comes in from a provider, back to where she was going", async () => {
  const page = await signInAs("ann");
  await page.getByRole("heading", { level: 1, name: "Tools" }).waitFor();
  await page.getByRole("button", { name: /ann/ }).click();
  await expect.poll(() => page.getByText("viewer of default").count()).toBe(1);
}, 60_000);

test("one who is not let in is told why", async () => {
  const page = await signInAs("eve");
  const alert = page.getByRole("alert");
  await alert.getByText("Addresses of your domain are not let in here.").waitFor();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
}, 60_000);
