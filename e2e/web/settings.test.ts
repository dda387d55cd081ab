import { createClient } from "@flotilla/api";
import * as OTPAuth from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;

beforeAll(async () => {
  platform = await startPlatform({ env: { FLOTILLA_SIGN_IN: "required" } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function openSettings(section: string, member = owner) {
  const { page, errors } = await openPage(browser, platform.url);
  await page.context().addCookies(member.cookies);
  await page.goto(`/settings/${section}`);
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

const sections = [
  ...["profile", "appearance", "security", "sessions"],
  ...["organisation", "environments", "members", "roles", "rules", "keys"],
  ...["providers", "credentials", "connections", "notifications", "triggers"],
];

test("the menu leads to every section, and each says what it is for", async () => {
  const { page } = await openSettings("profile");
  const menu = page.getByRole("navigation", { name: "Settings" });
  const links = await menu.getByRole("link").all();
  expect(links.length).toBe(sections.length);
  for (const link of links) {
    const label = String(await link.textContent());
    await link.click();
    await page.getByRole("main").getByRole("heading", { level: 2, name: label }).first().waitFor();
    expect(await link.getAttribute("aria-current")).toBe("page");
  }
}, 60_000);

test("axe finds nothing on any section, light and dark", async () => {
  const { page, errors } = await openSettings("profile");
  for (const section of sections) {
    await page.goto(`/settings/${section}`);
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page), `${section}, ${colorScheme}`).toEqual([]);
    }
  }
  expect(errors).toEqual([]);
}, 180_000);

const secretOn = (page: Page) => page.getByRole("dialog").locator("pre").textContent();

test("an API key is made, shown once, good for what it says, and revoked", async () => {
  const { page } = await openSettings("keys");
  await page.getByRole("heading", { name: "No keys yet" }).waitFor();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("ci");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("it is not shown again").waitFor();
  const auth = String(await secretOn(page));
  const { caller } = await createClient({ baseUrl: platform.url, auth }).me();
  expect(caller).toMatchObject({ kind: "key", role: "operator", environment: "prod" });
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: /^ci / }).waitFor();
  expect(await page.content()).not.toContain(auth);
  await page.getByRole("button", { name: "Revoke ci" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke ci" }).click();
  await page.getByRole("heading", { name: "No keys yet" }).waitFor();
  const refused = () =>
    createClient({ baseUrl: platform.url, auth })
      .me()
      .then(
        () => "let in",
        (error: { code: string }) => error.code,
      );
  await expect.poll(refused, soon).toBe("unauthenticated");
}, 60_000);

test("somebody is invited by a link, and members get roles", async () => {
  const { page } = await openSettings("members");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByRole("textbox", { name: "E-mail address" }).fill("guest@example.com");
  await page.getByRole("button", { name: "Create link" }).click();
  expect(await secretOn(page)).toMatch(/\/invitation#[\w-]+$/);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: /^guest@example.com viewer/ }).waitFor();

  const mia = await newMember(platform, owner, "Mia", "viewer");
  await page.reload();
  await page.getByRole("combobox", { name: "Role of Mia" }).click();
  await page.getByRole("option", { name: "operator" }).click();
  const roleOf = async () => (await mia.client.me()).caller.role;
  await expect.poll(roleOf, soon).toBe("operator");
  const seen = await openSettings("members", mia);
  await seen.page.getByRole("row", { name: /^Mia/ }).waitFor();
  expect(await seen.page.getByRole("button", { name: "Invite somebody" }).count()).toBe(0);
  expect(await seen.page.getByRole("link", { name: "API keys" }).count()).toBe(0);
}, 60_000);

test("the second factor is set up with the app's code, and its backup codes are shown once", async () => {
  const zoe = await newMember(platform, owner, "Zoe", "viewer");
  const { page } = await openSettings("security", zoe);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByLabel("Your password").fill(zoe.password);
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: "QR code of the secret" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  const secret = OTPAuth.Secret.fromBase32(String(await secretOn(page)));
  const code = new OTPAuth.TOTP({ secret }).generate();
  await page.getByRole("textbox", { name: "Code that the app shows" }).fill(code);
  await page.keyboard.press("Enter");
  await page.getByText("signs you in once without the app").waitFor();
  expect(String(await secretOn(page)).split("\n").length).toBeGreaterThanOrEqual(8);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByText("On: signing in asks for a code").waitFor();
}, 60_000);

test("an environment shows what is in it, and one goes there", async () => {
  const { page } = await openSettings("environments");
  await page.getByRole("button", { name: "Go there: dev" }).click();
  await page.getByRole("button", { name: /Home *Development/ }).waitFor();
  expect(new URL(page.url()).search).toContain("env=dev");
}, 60_000);

test("an access rule decides at once, and the question who may says why", async () => {
  const { page } = await openSettings("rules");
  await page.getByRole("button", { name: "New rule" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "On" }).fill("refunds");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Add the rule" }).click();
  await page.getByRole("row", { name: /^deny everyone agents.run refunds/ }).waitFor();
  const question = page.getByRole("region", { name: "May somebody do this?" });
  await question.getByRole("combobox", { name: "Who" }).click();
  await page.getByRole("option", { name: "role operator" }).click();
  await question.getByRole("textbox", { name: "On" }).fill("refunds");
  await question.getByRole("button", { name: "Ask" }).click();
  const answer = question.getByText(/^No: a rule denies agents.run on refunds/);
  expect(await answer.textContent()).toContain("refunds");
}, 60_000);

test("a credential is stored, and its secret is nowhere on the page again", async () => {
  const { page } = await openSettings("credentials");
  await page.getByRole("button", { name: "New credential" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("crm");
  await dialog.getByRole("combobox", { name: "What it is" }).click();
  await page.getByRole("option", { name: "sent in a header" }).click();
  await dialog.getByLabel("May go to").first().fill("crm.example.com");
  await page.keyboard.press("Enter");
  await dialog.getByLabel("Secret", { exact: true }).fill("a very secret secret");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("goes to crm.example.com").waitFor();
  expect(await page.content()).not.toContain("a very secret secret");
  const { items } = await owner.client.credentials.list();
  expect(items.map(({ name, binding }) => [name, binding.hosts])).toEqual([
    ["crm", ["crm.example.com"]],
  ]);
  await page.getByRole("button", { name: "Uses of crm" }).click();
  await page.getByText("It was never used.").waitFor();
}, 60_000);
