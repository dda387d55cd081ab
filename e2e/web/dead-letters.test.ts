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

const agent = { name: "caller", model: "simulated/script", tools: ["calculator"] };

/** A run that may take one step, and needs two. */
async function failed(): Promise<string> {
  const call = { tool: "calculator", input: { expression: "6 * 7" } };
  const turns = [{ calls: [call] }, { text: "It is 42." }];
  const input = { text: JSON.stringify({ turns }) };
  const { runId } = await platform.client.runs.start({ agent: "caller", input });
  await expect
    .poll(async () => (await platform.client.runs.get(runId)).status, soon)
    .toBe("failed");
  return runId;
}

test("letters of one group: one goes on with a mended version, the other is discarded", async () => {
  const { client } = platform;
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/dead-letters");
  await page.getByRole("heading", { name: "No dead letters" }).waitFor();
  await client.agents.apply({ ...agent, limits: { maxSteps: 1 } });
  const runs = [await failed(), await failed()];
  await client.agents.apply({ ...agent, limits: { maxSteps: 5 } });

  await page.getByText("2 letters").waitFor();
  await page.getByRole("main").getByRole("button", { expanded: false }).click();
  const letters = page.getByRole("list", { name: /^Letters: / });
  await expect.poll(() => letters.getByRole("listitem").count(), soon).toBe(2);
  await letters.getByRole("button", { expanded: false }).first().click();
  await letters.getByText("Its last events").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(page.url()).toMatch(/group=[0-9a-f]+&letter=run_/);

  await letters.getByRole("button", { name: "Replay" }).click();
  const dialog = page.getByRole("dialog", { name: "Replay the run" });
  await dialog.getByRole("combobox", { name: "Version of the agent" }).click();
  await page.getByRole("option", { name: "2", exact: true }).click();
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await page.waitForURL(/\/runs\/run_/);
  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  await page.getByText("changed: version").waitFor();

  await page.goto("/dead-letters");
  await page.getByText("1 letter", { exact: true }).waitFor();
  await page.getByRole("button", { name: /^Discard all/ }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill("It was a drill.");
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await page.getByRole("heading", { name: "No dead letters" }).waitFor();
  await page.getByText("Discarded", { exact: true }).click();
  await page.getByText("It was a drill.").waitFor();
  const states = await Promise.all(runs.map((runId) => client.runs.get(runId)));
  expect(states.map(({ status }) => status).toSorted()).toEqual(["completed", "failed"]);
  expect(errors).toEqual([]);
}, 90_000);

test("a bad row is corrected, and its completed batch works on it", async () => {
  const { client } = platform;
  await client.agents.apply({ name: "reader", model: "simulated/demo" });
  const { id } = await client.batches.create({
    ...{ name: "sums", agent: "reader", template: "What is {{sum}}?", start: true },
    rows: [{ sum: "1 + 1" }, { summ: "6 * 7" }],
  });
  const status = async () => (await client.batches.get(id)).status;
  await expect.poll(status, soon).toBe("completed");
  const { items } = await client.deadLetters.list({ batchId: id });
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/dead-letters?group=${items[0]?.fingerprint}&letter=${id}:2`);
  await page.getByRole("button", { name: "Correct" }).click();
  const dialog = page.getByRole("dialog", { name: "Correct row 2" });
  const field = dialog.getByRole("textbox", { name: "The row" });
  expect(await field.inputValue()).toContain('"summ": "6 * 7"');
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Correct and replay" }).click();
  await dialog.getByText(/The template names {{sum}}/).waitFor();
  await field.fill('{ "sum": "6 * 7" }');
  await dialog.getByRole("button", { name: "Correct and replay" }).click();
  await page.getByText("Row 2 is worked on now.").waitFor();
  await expect.poll(status, soon).toBe("completed");
  const { items: runs } = await client.runs.list({ batchId: id });
  expect(new Set(runs.map(({ row }) => row))).toEqual(new Set([1, 2]));
  // Refused once, as Chromium notes of itself.
  expect(errors.filter((one) => !one.includes("400"))).toEqual([]);
}, 90_000);
