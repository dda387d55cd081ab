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
  await platform.client.agents.apply({
    name: "caller",
    model: "simulated/script",
    tools: ["calculator"],
  });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

/** A run of two calls; the second one is the one that is given. */
async function ended(expression: string, answer: string): Promise<string> {
  const call = (asked: string) => ({
    calls: [{ tool: "calculator", input: { expression: asked } }],
  });
  const turns = [call("1 + 1"), call(expression), { text: answer }];
  const input = { text: JSON.stringify({ turns }) };
  const { runId } = await platform.client.runs.start({ agent: "caller", input });
  await expect
    .poll(async () => (await platform.client.runs.get(runId)).status, soon)
    .toBe("completed");
  return runId;
}

test("two runs stand side by side, and what differs is told from what does not", async () => {
  const [one, other] = [await ended("6 * 7", "It is 42."), await ended("6 * 8", "It is 48.")];
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${one}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Compare/ }).click();
  await page.getByRole("textbox", { name: "Or any other, by its id" }).fill(other);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.waitForURL(new RegExp(`/runs/${one}/compare/${other}`));

  const verdict = page.getByRole("region", { name: "What differs" });
  await verdict.getByText(/^\d of \d differ$/).waitFor();
  await verdict.getByText("differs", { exact: true }).waitFor();
  const steps = page.getByRole("region", { name: "Steps" });
  await steps.getByText("the first difference").waitFor();
  await steps.getByText("changed · input, output").waitFor();
  const all = await steps.getByRole("listitem").count();
  await steps.getByRole("switch", { name: "Only differences" }).click();
  await expect.poll(() => page.url(), soon).toContain("only=true");
  expect(await steps.getByRole("listitem").count()).toBeLessThan(all);
  await steps.getByRole("button", { name: /changed · input, output/ }).click();
  await steps.getByText('"expression": "6 * 8"').first().waitFor();
  const output = page.getByRole("region", { name: "Output" });
  await output.getByText("It is 48.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 60_000);
