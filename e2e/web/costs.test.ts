import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

/** Two batches of 20 rows that all ask the same: one pays for each, the other once. */
beforeAll(async () => {
  platform = await startPlatform({
    config: {
      providers: { fast: { kind: "simulated" } },
      prices: { "fast/demo": { input: 1_000_000_000, output: 1_000_000_000 } },
    },
  });
  browser = await openBrowser();
  const { agents, batches } = platform.client;
  await agents.apply({ name: "payer", model: "fast/demo" });
  await agents.apply({ name: "saver", model: "fast/demo", cache: true });
  for (const agent of ["payer", "saver"]) {
    const rows = Array.from({ length: 20 }, () => ({ n: 6 }));
    const batch = await batches.create({
      name: `Of the ${agent}`,
      agent,
      template: "What is {{n}} * 7?",
      rows,
      start: true,
    });
    const isOver = async () => (await batches.get(batch.id)).status === "completed";
    await vi.waitUntil(isOver, { timeout: 60_000, interval: 100 });
  }
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("costs are told by agent; one line narrows the page to it, by keyboard and by address", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  const { totals, items } = await platform.client.costs({ by: "agent" });
  expect(items.map(({ key }) => key)).toEqual(["payer", "saver"]);
  const dollars = (micros: number) => `$${(micros / 1_000_000).toFixed(2)}`;

  await page.goto("/costs");
  const spent = page.locator("dl").first().getByText(dollars(totals.costMicros), { exact: true });
  await spent.waitFor();
  const line = page.getByRole("row", { name: /^payer / });
  await line.getByText(dollars(items[0]?.costMicros ?? 0), { exact: true }).waitFor();
  await line.getByRole("link", { name: "payer" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.url(), soon).toContain("only=payer");
  const only = page.locator("dl").first();
  await only.getByText(dollars(items[0]?.costMicros ?? 0), { exact: true }).waitFor();

  await page.reload();
  const all = page.getByRole("button", { name: "Only the agent payer: show all again" });
  await all.click();
  await spent.waitFor();
  expect(page.url()).not.toContain("only=");

  await page.getByRole("tab", { name: "By batch" }).click();
  await page.getByRole("row", { name: /^Of the saver / }).waitFor();
  expect(errors).toEqual([]);
}, 60_000);

test("the chart says each day's spend, also to those who do not see it", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/costs?period=7d");
  const today = new Date().toISOString().slice(0, 10);
  await page.getByRole("row", { name: new RegExp(`^${today} \\$`) }).waitFor({ state: "attached" });
  await page.locator(".recharts-bar-rectangle path").first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("the cache says what it saved, and forgets when a person says so", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/costs");
  const cache = page.getByRole("region", { name: "Cache of answers" });
  await cache.getByText("1 answer,").waitFor();
  await cache.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("button", { name: "Forget the answers" }).click();
  await page.getByText("Forgotten: 1 answer.").waitFor();
  const kept = async () => (await platform.client.cache.get()).entries;
  await expect.poll(kept, soon).toBe(0);
}, 60_000);

test("a budget is set, seen with what is spent of it, changed and removed", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/costs");
  const budgets = page.getByRole("region", { name: "Budgets" });
  await budgets.getByText("Nothing bounds what is spent.").waitFor();
  await budgets.getByRole("button", { name: "Set a budget" }).click();
  const dialog = page.getByRole("dialog", { name: "Set a budget" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("default");
  await dialog.getByRole("textbox", { name: "Limit" }).fill("1000");
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await budgets.getByText("of $1,000 a month").waitFor();

  const change = { name: "Change the budget of the organisation default" };
  await budgets.getByRole("button", change).click();
  const changing = page.getByRole("dialog", { name: "Change the budget" });
  await changing.getByRole("textbox", { name: "Alert at" }).fill("50");
  await changing.getByRole("button", { name: "Save" }).click();
  await budgets.getByText("alert at 50%").waitFor();
  const { items } = await platform.client.budgets.list();
  expect(items.map((one) => [one.name, one.limitMicros, one.alertPercent])).toEqual([
    ["default", 1_000_000_000, 50],
  ]);

  await budgets.getByRole("button", change).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await budgets.getByText("Nothing bounds what is spent.").waitFor();
  expect(errors).toEqual([]);
}, 60_000);
