import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;
let viewer: Member;

beforeAll(async () => {
  platform = await startPlatform({ env: { FLOTILLA_SIGN_IN: "required" } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
  viewer = await newMember(platform, owner, "Vera", "viewer");
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function openAs(member: Member, path: string, colorScheme: "light" | "dark" = "light") {
  const { page, errors } = await openPage(browser, platform.url, { colorScheme });
  await page.context().addCookies(member.cookies);
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

test("the activity says what was refused to whom, and the address keeps the filter", async () => {
  const refusal = viewer.client.agents.apply({ name: "sly", model: "simulated/demo" });
  await expect(refusal).rejects.toMatchObject({ code: "forbidden" });
  const { page, errors } = await openAs(owner, "/activity");
  await page.getByRole("row", { name: /Vera user agents\.write/ }).waitFor();
  await page.getByText("Refused", { exact: true }).click();
  await expect.poll(() => page.url(), soon).toContain("outcome=refused");
  await page.reload();
  await page.getByRole("row", { name: /Vera user agents\.write/ }).waitFor();
  const exported = page.getByRole("link", { name: "Export as CSV" });
  expect(await exported.getAttribute("href")).toContain("outcome=refused");
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 60_000);

test("errors of a kind are one line, which can be resolved", async () => {
  await owner.client.agents.apply({ name: "lost", model: "simulated/demo?fault=http&status=400" });
  await owner.client.runs.start({ agent: "lost", input: { text: "Hello" } });
  const { page } = await openAs(owner, "/errors");
  const resolve = page.getByRole("button", { name: /^Resolve/ });
  await resolve.first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await resolve.first().click();
  await page.getByRole("heading", { name: "No open errors" }).waitFor();
  await page.goto("/errors?state=resolved");
  await page.getByText(/resolved by Olga/).waitFor();
  const { items } = await owner.client.errors.list({ state: "resolved" });
  expect(items.map(({ resolvedBy }) => resolvedBy)).toEqual(["Olga"]);
}, 90_000);

test("health shows the parts of the platform, in light and dark", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const { page, errors } = await openAs(owner, "/health", scheme);
    await page.getByText("database", { exact: false }).first().waitFor();
    const database = page.locator("[data-line]", { hasText: /Database (works|wants)/ });
    const bars = database.getByRole("img", { name: /^Database: trouble in/ });
    await bars.or(page.getByText("no history yet").first()).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
  }
}, 60_000);

test("a viewer is told why he sees none of it, and is not led there", async () => {
  const { page } = await openAs(viewer, "/activity");
  await page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
  const menu = page.getByRole("navigation", { name: "Main" });
  expect(await menu.getByRole("link", { name: "Activity" }).count()).toBe(0);
}, 60_000);
