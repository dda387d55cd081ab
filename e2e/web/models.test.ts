import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage } from "./browser.ts";

let platform: Platform;
let browser: Browser;

/** A route whose first target is down: nothing listens at its address. */
beforeAll(async () => {
  platform = await startPlatform({
    config: {
      providers: {
        fast: { kind: "simulated" },
        down: { kind: "simulated", baseURL: "http://127.0.0.1:9" },
      },
      prices: { "fast/demo": { input: 250_000, output: 2_000_000 } },
      limits: { fast: { requestsPerMinute: 6_000 } },
      routes: {
        support: { targets: ["down/demo", { model: "fast/demo", vision: false }] },
      },
    },
  });
  browser = await openBrowser();
  const { agents, batches, models } = platform.client;
  await agents.apply({ name: "supporter", model: "route/support" });
  const rows = Array.from({ length: 20 }, (_, n) => ({ n }));
  const settings = { agent: "supporter", template: "What is {{n}} * 2?", rows, start: true };
  await batches.create({ name: "Support", ...settings });
  const isDown = async () => {
    const { items } = await models.list();
    return items.some((one) => one.model === "down/demo" && one.breaker !== "closed");
  };
  await vi.waitUntil(isDown, { timeout: 60_000, interval: 100 });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("models are shown with price, limits and state; a breaker is reset", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/models");
  const fast = page.getByRole("row", { name: /^fast\/demo/ });
  await fast.getByText("$0.25", { exact: true }).first().waitFor();
  await fast.getByText("6K requests/min").waitFor();
  const down = page.getByRole("row", { name: /^down\/demo/ });
  await down.getByText(/^(paused after failures|trying a call)/).waitFor();
  expect(await violationsOf(page)).toEqual([]);

  await page.getByRole("button", { name: "Reset down/demo" }).click();
  await down.getByText("healthy").waitFor();
  const { items } = await platform.client.models.list();
  expect(items.find(({ model }) => model === "down/demo")?.breaker).toBe("closed");
  expect(errors).toEqual([]);
}, 60_000);

test("a route is tried for a call, by keyboard, and says whom it passes over", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/models?view=routes");
  const route = page.getByRole("region", { name: "route/support" });
  await route.getByText("fast/demo").waitFor();
  expect(await violationsOf(page)).toEqual([]);

  const panel = page.getByRole("region", { name: "Try a route" });
  await panel.getByRole("checkbox", { name: "shows images" }).check();
  await panel.getByRole("textbox", { name: "Input", exact: true }).fill("What is in the picture?");
  await page.keyboard.press("Control+Enter");
  await panel.getByText("it cannot see images").waitFor();
  expect(errors).toEqual([]);
}, 60_000);
