import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage } from "./browser.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  const slow = { requestsPerMinute: 120, concurrency: 8 };
  platform = await startPlatform({
    config: { providers: { slow: { kind: "simulated" } }, limits: { slow } },
  });
  browser = await openBrowser();
  await platform.client.agents.apply({ name: "patient", model: "slow/demo" });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

function startBatch(organisation: string, count: number) {
  const rows = Array.from({ length: count }, (_, n) => ({ n }));
  const template = "What is {{n}} * 2?";
  const settings = { name: organisation, agent: "patient", template, organisation, rows };
  return platform.client.batches.create({ ...settings, start: true });
}

test("limits are explained while there are none, then fill and show who waits, live", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/limits");
  await page.getByRole("heading", { name: "No limits are known yet" }).waitFor();
  const batch = await startBatch("acme", 200);
  const bucket = page.getByRole("region", { name: "slow/demo" });
  const meter = bucket.getByRole("meter", { name: "requests per minute" });
  await meter.waitFor();
  expect(await meter.getAttribute("aria-valuemax")).toBe("120");
  await bucket.getByText(/calls wait$/).waitFor();
  await bucket.getByRole("listitem").filter({ hasText: "acme" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
  await platform.client.batches.act(batch.id, "cancel");
}, 90_000);

test("a batch's certificate says what bounds it and how long it took", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  const batch = await startBatch("default", 10);
  await page.goto(`/batches/${batch.id}?view=certificate`);
  const certificate = page.getByRole("region", { name: "Speed against the limits" });
  await certificate.getByText("It took").waitFor({ timeout: 60_000 });
  await certificate.getByText(/requests per minute of slow\/demo/i).waitFor();
  await certificate.getByText("No call was refused (429), no limit was exceeded.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 120_000);
