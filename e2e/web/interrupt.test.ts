import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { openBrowser, openPage } from "./browser.ts";
import { postLetter } from "./tools/post-letter.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform({
    env: { FLOTILLA_TOOLS: fileURLToPath(new URL("tools", import.meta.url)) },
  });
  browser = await openBrowser();
  await platform.client.agents.apply({
    name: "clerk",
    model: "simulated/script",
    tools: [postLetter.info.name],
  });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

test("a person says what became of a call that was cut off, and the run goes on", async () => {
  const turns = [
    { calls: [{ tool: postLetter.info.name, input: { to: "the harbour master" } }] },
    { text: "The letter is on its way." },
  ];
  const { runId } = await platform.client.runs.start({
    agent: "clerk",
    input: { text: JSON.stringify({ turns }) },
  });
  const { page } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}`);
  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByRole("button", { name: /^post_letter/ }).waitFor();

  platform.kill("SIGKILL");
  await platform.restart();
  const question = page.getByRole("region", { name: "Your answer is needed" });
  await question.getByText('"the harbour master"').waitFor();
  const answer = question.getByRole("button", { name: "Answer", exact: true });
  await question.getByRole("textbox").fill("not JSON");
  expect(await answer.isDisabled()).toBe(true);
  await question.getByRole("textbox").fill('{"stamp":"blue"}');
  await answer.click();

  await page.getByText("completed", { exact: true }).first().waitFor();
  await page.getByText("The letter is on its way.").waitFor();
  const { steps } = await platform.client.runs.get(runId);
  expect(steps.find((step) => step.kind === "tool")).toMatchObject({
    status: "done",
    output: { stamp: "blue" },
  });
}, 120_000);
