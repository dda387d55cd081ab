import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform({
    config: { providers: { slow: { kind: "simulated", tokensPerSecond: 20 } } },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("a person pauses a run, does its call and its turn, and says what he thinks of it", async () => {
  const { client } = platform;
  await client.agents.apply({ name: "slow-caller", model: "slow/script", tools: ["calculator"] });
  // Long enough that the pause comes before the call is made.
  const words = Array.from({ length: 120 }, (_, index) => `word${index}`).join(" ");
  const calls = [{ tool: "calculator", input: { expression: "6 * 7" } }];
  const turns = [{ text: words, calls }, { text: "Nobody hears this." }];
  const input = { text: JSON.stringify({ turns }) };
  const { runId } = await client.runs.start({ agent: "slow-caller", input });
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}`);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("textbox", { name: "Why" }).fill("Let me see.");
  await page.getByRole("button", { name: "Pause it" }).click();

  const panel = page.getByRole("region", { name: "Paused" });
  await panel.getByText("Let me see.").waitFor();
  await panel.getByText("Perform a call").click();
  await panel.getByRole("textbox", { name: "Its result, as JSON" }).fill('{"result":"43"}');
  await panel.getByRole("button", { name: "It is done" }).click();
  await panel.getByText("Write its turn").click();
  expect(await violationsOf(page)).toEqual([]);
  await panel.getByRole("textbox", { name: "What it says" }).fill("It is 43, says the clerk.");
  await panel.getByRole("button", { name: "Take the turn" }).click();
  await panel.getByRole("button", { name: "Resume" }).click();

  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  const run = await client.runs.get(runId);
  expect(run).toMatchObject({ status: "completed", output: "It is 43, says the clerk." });
  expect(run.steps.find(({ kind }) => kind === "tool")).toMatchObject({ output: { result: "43" } });

  await page.getByRole("tab", { name: "Conversation" }).click();
  const feedback = page.getByRole("group", { name: "Feedback" });
  await feedback.getByRole("button", { name: "Correct or comment" }).click();
  await feedback.getByText("Not good", { exact: true }).last().click();
  await feedback.getByRole("textbox", { name: "What it should have been" }).fill("It is 42.");
  await feedback.getByRole("button", { name: "Give feedback" }).click();
  await feedback.getByText("It should have been:").waitFor();
  await expect
    .poll(async () => (await client.runs.get(runId)).feedback, soon)
    .toMatchObject([{ target: { kind: "run" }, rating: -1, correction: "It is 42." }]);
  expect(errors).toEqual([]);
}, 90_000);
