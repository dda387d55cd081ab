import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform();
  browser = await openBrowser();
  await platform.client.agents.apply({
    name: "careful",
    model: "simulated/script",
    tools: ["calculator", "ask_person"],
    approvals: ["calculator"],
  });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function start(tool: string, input: object, answer = "Done."): Promise<string> {
  const turns = [{ calls: [{ tool, input }] }, { text: answer }];
  const { runId } = await platform.client.runs.start({
    agent: "careful",
    input: { text: JSON.stringify({ turns }) },
  });
  return runId;
}

const ask = (expression: string) => start("calculator", { expression });

async function outputOf(runId: string) {
  const { steps } = await platform.client.runs.get(runId);
  const call = steps.find((step) => step.kind === "tool");
  return call && { status: call.status, input: call.input, output: call.output };
}

const lines = (page: Page) => page.getByRole("list", { name: "What waits" }).getByRole("listitem");

test("calls are approved, edited and rejected by keyboard, each as it was shown", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/inbox");
  await page.getByRole("heading", { name: "Nothing waits for anybody" }).waitFor();
  const one = await ask("1 + 1");
  await expect.poll(() => lines(page).count(), soon).toBe(1);
  const two = await ask("2 + 2");
  await expect.poll(() => lines(page).count(), soon).toBe(2);
  const three = await ask("3 + 3");
  await expect.poll(() => lines(page).count(), soon).toBe(3);
  const panel = page.getByRole("region", { name: "Your answer is needed" });
  await panel.getByText('"expression": "1 + 1"').waitFor();
  expect(await violationsOf(page)).toEqual([]);

  await page.keyboard.press("a");
  await panel.getByText('"expression": "2 + 2"').waitFor();
  await page.keyboard.press("e");
  const editor = panel.getByRole("textbox", { name: "Arguments, as JSON" });
  await editor.fill('{\n  "expression": "20 + 2"\n}');
  await panel.getByRole("group", { name: "What is changed" }).getByText("20 + 2").waitFor();
  await panel.getByRole("button", { name: "Approve as edited" }).click();
  await panel.getByText('"expression": "3 + 3"').waitFor();
  await page.keyboard.press("r");
  await panel.getByRole("textbox", { name: "Why it is rejected" }).fill("Not today.");
  await panel.getByRole("button", { name: "Reject", exact: true }).click();
  await page.getByRole("heading", { name: "Nothing waits for anybody" }).waitFor();

  await expect.poll(() => outputOf(one), soon).toMatchObject({ output: { result: "2" } });
  await expect
    .poll(() => outputOf(two), soon)
    .toMatchObject({ input: { expression: "20 + 2" }, output: { result: "22" } });
  await expect.poll(() => outputOf(three), soon).toMatchObject({ status: "failed" });
  await page.getByText("Answered", { exact: true }).click();
  await page.getByText("reject", { exact: true }).waitFor();
  expect(errors).toEqual([]);
}, 90_000);

test("many are answered together, and hidden characters are flagged and not approved", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/inbox?kind=approval");
  const runs = [await ask("4 + 4"), await ask("5 + 5")];
  await expect.poll(() => lines(page).count(), soon).toBe(2);
  await page.getByRole("checkbox", { name: "Choose all" }).check();
  await page.getByRole("button", { name: "Approve 2" }).click();
  await page.getByText("2 answers were taken.").waitFor();
  for (const runId of runs) {
    await expect.poll(() => outputOf(runId), soon).toMatchObject({ status: "done" });
  }
  const sly = await ask("6 + 6\u202e");
  const panel = page.getByRole("region", { name: "Your answer is needed" });
  await panel.getByText("It holds characters that nobody sees.").waitFor();
  await panel.getByText("U+202E").waitFor();
  expect(await panel.getByRole("button", { name: "Approve", exact: true }).isDisabled()).toBe(true);
  await platform.client.runs.cancel(sly);
  await page.getByRole("heading", { name: "Nothing waits for anybody" }).waitFor();
}, 90_000);

test("a question is answered in the form that it asks for, on the page of its run", async () => {
  const schema = {
    type: "object",
    required: ["town", "size"],
    properties: {
      town: { type: "string", maxLength: 40 },
      size: { type: "string", enum: ["small", "large"] },
      express: { type: "boolean" },
    },
  };
  const form = { kind: "schema", schema };
  const runId = await start("ask_person", { question: "Where to?", form });
  const { page } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}`);
  const panel = page.getByRole("region", { name: "Your answer is needed" });
  await panel.getByText("Where to?").waitFor();
  const reply = panel.getByRole("button", { name: "Reply" });
  expect(await reply.isDisabled()).toBe(true);
  await panel.getByRole("textbox", { name: "town" }).fill("Kiel");
  await panel.getByRole("combobox", { name: "size" }).click();
  await page.getByRole("option", { name: "large" }).click();
  await panel.getByRole("checkbox", { name: "express" }).check();
  await reply.click();
  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  expect(await outputOf(runId)).toMatchObject({
    output: { town: "Kiel", size: "large", express: true },
  });
}, 60_000);
