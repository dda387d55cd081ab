import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;
let viewer: Member;

/** It takes requests and never answers. */
const silent = createServer();

beforeAll(async () => {
  await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
  platform = await startPlatform({ config: { signIn: "required", httpAllow: [silentHost()] } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
  viewer = await newMember(platform, owner, "Vera", "viewer");
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  silent.closeAllConnections();
  silent.close();
});

function silentHost(): string {
  return `127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

async function openAs(member: Member, path: string, colorScheme: "light" | "dark" = "light") {
  const { page, errors } = await openPage(browser, platform.url, { colorScheme });
  await page.context().addCookies(member.cookies);
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

/** Where somebody wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["E2E_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

test("axe finds nothing on the list of tools and on a tool's page, light and dark", async () => {
  for (const scheme of ["light", "dark"] as const) {
    for (const path of ["/tools", "/tools/calculator", "/tools/http_request"]) {
      const { page, errors } = await openAs(owner, path, scheme);
      await shoot(page, `${path.slice(1).replace("/", "-")}-${scheme}`);
      expect([path, await violationsOf(page)]).toEqual([path, []]);
      expect(errors).toEqual([]);
    }
  }
}, 120_000);

test("tools are found by words and risk, and the address keeps both", async () => {
  const { page } = await openAs(owner, "/tools");
  await page.getByRole("textbox", { name: "Find tools" }).fill("http");
  await page.getByRole("link", { name: "calculator" }).waitFor({ state: "detached" });
  await page.getByText("Outbound", { exact: true }).click();
  await expect.poll(() => page.url(), soon).toContain("q=http&risk=outbound");
  await page.reload();
  await page.getByRole("link", { name: "http_request" }).click();
  await page.getByRole("heading", { name: "http_request", level: 1 }).waitFor();
}, 60_000);

test("a tool is tried with its example, by keyboard, and an error says what to do", async () => {
  const { page, errors } = await openAs(owner, "/tools/calculator");
  const call = page.getByRole("button", { name: "Call it" });
  expect(await call.isDisabled()).toBe(true);
  await page.getByRole("button", { name: /^(Fill in the example|Example 1)$/ }).focus();
  await page.keyboard.press("Enter");
  const input = page.getByRole("textbox", { name: "expression" });
  await expect.poll(() => input.inputValue(), soon).not.toBe("");
  await input.fill("6 * 7");
  await page.keyboard.press("Control+Enter");
  await page.getByText(/^answered in /).waitFor();
  // Not in the time that it took.
  await page
    .getByRole("region", { name: "Try it" })
    .getByText(/^"?42"?$/)
    .waitFor();
  await shoot(page, "tool-called-light");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByText("JSON", { exact: true }).click();
  const json = page.getByRole("textbox", { name: "Input, as JSON" });
  expect(JSON.parse(await json.inputValue())).toMatchObject({ expression: "6 * 7" });
  await json.fill('{"expression": "1 / 0"}');
  await page.keyboard.press("Control+Enter");
  await page.getByRole("region", { name: "Try it" }).getByRole("alert").waitFor();
  // What the browser says of a refused request is no fault of the page.
  expect(errors.filter((error) => !error.includes("Failed to load resource"))).toEqual([]);
}, 60_000);

test("what a call keeps is shown as an image and can be saved", async () => {
  const { page, errors } = await openAs(owner, "/tools/chart_render");
  await page.getByRole("button", { name: /^(Fill in the example|Example 1)$/ }).click();
  await page.getByRole("button", { name: "Call it" }).click();
  const picture = page.getByRole("figure").getByRole("img").first();
  await picture.waitFor();
  const isLoaded = () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0);
  await expect.poll(isLoaded, soon).toBe(true);
  await shoot(page, "tool-kept-light");
  const saved = page.waitForEvent("download");
  await page
    .getByRole("button", { name: /^Download / })
    .first()
    .click();
  expect((await saved).suggestedFilename()).toMatch(/\.(png|svg)$/);
  expect(errors).toEqual([]);
}, 60_000);

test("a call that takes too long is given up, and the next one can be made", async () => {
  const { page } = await openAs(owner, "/tools/http_fetch");
  const asked = new Promise((resolve) => void silent.once("request", resolve));
  await page.getByRole("textbox", { name: "url" }).fill(`http://${silentHost()}/`);
  await page.keyboard.press("Control+Enter");
  await asked;
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/^Cancelled\./).waitFor();
  expect(await page.getByRole("button", { name: "Call it" }).isEnabled()).toBe(true);
}, 60_000);

test("a viewer reads what a tool is for, and is offered no call of it", async () => {
  const { page } = await openAs(viewer, "/tools/calculator");
  await page.getByRole("table", { name: "Input" }).getByText("expression").waitFor();
  expect(await page.getByRole("button", { name: "Call it" }).count()).toBe(0);
}, 60_000);
