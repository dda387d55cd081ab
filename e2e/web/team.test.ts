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

test("the runs of a team are a tree, with what each cost and all below it", async () => {
  const { client } = platform;
  await client.agents.apply({ name: "worker", model: "simulated/script" });
  await client.agents.apply({
    name: "manager",
    model: "simulated/script",
    tools: ["delegate"],
    team: { workers: ["worker"] },
  });
  const part = (text: string) => ({
    tool: "delegate",
    input: { agent: "worker", task: JSON.stringify({ turns: [{ text }] }) },
  });
  const turns = [{ calls: [part("North: 40"), part("South: 60")] }, { text: "North is cheaper." }];
  const input = { text: JSON.stringify({ turns }) };
  const { runId } = await client.runs.start({ agent: "manager", input });
  await expect.poll(async () => (await client.runs.get(runId)).status, soon).toBe("completed");

  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}?view=team`);
  const tree = page.getByRole("region", { name: "Tree of runs" });
  await tree.getByText("3 runs").waitFor();
  expect(await tree.getByRole("row").count()).toBe(4);
  expect(await violationsOf(page)).toEqual([]);
  await tree.getByRole("button", { name: "Hide the 2 runs below manager" }).click();
  expect(await tree.getByRole("row").count()).toBe(2);
  await tree.getByRole("button", { name: "Show the 2 runs below manager" }).click();
  await tree.getByRole("link", { name: "worker v1" }).first().click();
  await page.getByRole("link", { name: /delegated$/ }).waitFor();
  expect(page.url()).not.toContain(runId);
  await page.getByRole("tab", { name: "Team" }).waitFor();

  await page.goto(`/runs/${runId}`);
  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByRole("button", { name: /^Show the steps of worker:.*South/ }).press("Enter");
  await timeline
    .getByRole("button", { name: /^Model call 1/ })
    .nth(1)
    .click();
  await expect.poll(() => page.url(), soon).toMatch(/step=run_\w+%2Fm1/);
  const detail = page.getByRole("region", { name: "Step" });
  await detail.getByText("South: 60").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.reload();
  await detail.getByText("South: 60").waitFor();
  await timeline.getByRole("button", { name: /^Hide the steps of worker/ }).click();
  await expect.poll(() => page.url(), soon).not.toContain("unfolded=");
  await expect
    .poll(() => timeline.getByRole("button", { name: /^Model call 1/ }).count(), soon)
    .toBe(1);
  expect(errors).toEqual([]);
}, 90_000);
