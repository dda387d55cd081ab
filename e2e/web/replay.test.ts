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

  const replay = page.getByRole("region", { name: "Replay" });
  await replay.getByRole("slider").fill("0");
  await heading.getByText("pending", { exact: true }).waitFor();
  await replay.getByRole("button", { name: "Play from here" }).click();
  await heading.getByText("completed", { exact: true }).waitFor();
  expect(page.url()).not.toContain("at=");
  expect(errors).toEqual([]);
}, 60_000);
