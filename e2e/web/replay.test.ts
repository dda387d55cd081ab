import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;
let runId: string;

beforeAll(async () => {
  platform = await startPlatform();
  browser = await openBrowser();
  const { client } = platform;
  await client.agents.apply({ name: "caller", model: "simulated/script", tools: ["calculator"] });
  const call = { tool: "calculator", input: { expression: "6 * 7" } };
  const turns = [{ calls: [call] }, { text: "It is 42." }];
  const input = { text: JSON.stringify({ turns }) };
  ({ runId } = await client.runs.start({ agent: "caller", input }));
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("the page shows a run as it was at any event, by key, slider and address", async () => {
  const { client } = platform;
  await expect.poll(async () => (await client.runs.get(runId)).status, soon).toBe("completed");
  const { items } = await client.runs.events(runId);
  const intended = items.find((event) => event.type === "effect.intended")?.seq ?? 0;
  const { page, errors } = await openPage(browser, platform.url);
  const heading = page.getByRole("heading", { level: 1 });
  await page.goto(`/runs/${runId}?at=${intended}`);
  await heading.getByText("running", { exact: true }).waitFor();
  const timeline = page.getByRole("region", { name: "Timeline" });
  expect(await timeline.getByText("Model call 2").count()).toBe(0);
  await timeline.getByRole("button", { name: /^calculator/ }).click();
  const detail = page.getByRole("region", { name: "Step" });
  await detail.getByText("running", { exact: true }).waitFor();
  expect(await violationsOf(page)).toEqual([]);

  await page.keyboard.press("ArrowRight");
  await detail.getByText("done", { exact: true }).waitFor();
  await expect.poll(() => page.url(), soon).not.toContain(`at=${intended}`);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.url(), soon).toContain(`at=${intended}`);

  const replay = page.getByRole("region", { name: "Back in time" });
  await replay.getByRole("slider").fill("0");
  await heading.getByText("pending", { exact: true }).waitFor();
  await replay.getByRole("button", { name: "Play from here" }).click();
  await heading.getByText("completed", { exact: true }).waitFor();
  expect(page.url()).not.toContain("at=");
  expect(errors).toEqual([]);
}, 60_000);

test("the journal is searched, walked by keys and saved whole; the address says what is looked at", async () => {
  const { client } = platform;
  await expect.poll(async () => (await client.runs.get(runId)).status, soon).toBe("completed");
  const { items } = await client.runs.events(runId);
  const { page, errors } = await openPage(browser, platform.url, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.goto(`/runs/${runId}?view=journal&type=effect.done`);
  const lines = page.getByRole("list", { name: "Events" }).getByRole("listitem");
  await page.getByText(`1 of ${items.length} events`).waitFor();
  expect(await lines.count()).toBe(1);
  await page.getByRole("textbox", { name: "Events have" }).fill("NOWHERE");
  await page.getByText("No event is like that").waitFor();
  await expect.poll(() => page.url(), soon).toContain("find=NOWHERE");
  await page.getByRole("button", { name: "Show all events" }).click();
  await page.getByRole("textbox", { name: "Events have" }).fill("it is 42");
  await page.locator("mark").first().getByText("It is 42").waitFor();
  await page.getByRole("textbox", { name: "Events have" }).fill("");
  await expect.poll(() => lines.count(), soon).toBe(items.length);

  await page.getByRole("textbox", { name: "Events have" }).blur();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const second = items[1];
  await expect.poll(() => page.url(), soon).toContain(`event=${second?.seq}`);
  await page.locator("[data-seq]:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copy as JSON" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.reload();
  await page.getByRole("button", { name: "Copy as JSON" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(second);

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the whole journal as JSONL" }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe(`${runId}.jsonl`);
  const saved = (await readFile(await file.path(), "utf8")).trimEnd().split("\n");
  expect(saved.map((line) => JSON.parse(line))).toEqual(items);
  expect(errors).toEqual([]);
}, 60_000);
