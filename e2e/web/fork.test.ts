import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("a run is forked after a call, with another result of it, and compared with its fork", async () => {
  const { client } = platform;
  await client.agents.apply({ name: "caller", model: "simulated/script", tools: ["calculator"] });
  const call = { tool: "calculator", input: { expression: "6 * 7" } };
  const turns = [{ calls: [call] }, { text: "It is done." }];
  const input = { text: JSON.stringify({ turns }) };
  const { runId } = await client.runs.start({ agent: "caller", input });
  await expect.poll(async () => (await client.runs.get(runId)).status, soon).toBe("completed");

  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}?step=c1-0`);
  await page.getByRole("button", { name: "Fork here" }).click();
  const dialog = page.getByRole("dialog", { name: "Fork the run" });
  await dialog.getByText("It goes on before model call 2").waitFor();
  await dialog.getByText("Results of tool calls").click();
  await dialog.getByRole("textbox", { name: "calculator c1-0" }).fill('{"result":"43"}');
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Fork", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByText(/^fork of/).waitFor();
  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  expect(page.url()).not.toContain(runId);
  await page.getByText("changed: tool results").waitFor();

  await page.getByRole("link", { name: "compare" }).click();
  await page.getByRole("heading", { name: "Two runs compared" }).waitFor();
  await page.getByText("changed · output").waitFor();
  expect(errors).toEqual([]);
}, 60_000);
