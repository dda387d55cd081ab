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

/** What the model says when it is asked for one step of the plan. */
const does = (id: string, text: string) => ({
  when: `Your part is the step ${id}:`,
  turns: [{ text }],
});

async function startPlanned(): Promise<string> {
  const steps = [
    { id: "kitchen", intent: "The area of the kitchen" },
    { id: "hall", intent: "The area of the hall" },
    { id: "sum", intent: "Add them up", dependsOn: ["kitchen", "hall"] },
  ];
  const scenes = [
    {
      when: "Plan the whole way",
      turns: [{ text: JSON.stringify({ goal: "The area of the flat", steps }) }],
    },
    does("kitchen", "12"),
    does("attic", "20"),
    does("sum", "32"),
    { when: "Give the final answer", turns: [{ text: "32 square metres" }] },
  ];
  await platform.client.agents.apply({
    name: "surveyor",
    model: "simulated/script",
    instructions: JSON.stringify({ scenes }),
    strategy: { kind: "plan_and_solve", review: true },
  });
  const { runId } = await platform.client.runs.start({
    agent: "surveyor",
    input: { text: "How large is the flat?" },
  });
  return runId;
}

test("a plan is looked at as a graph, edited in the list, reviewed and followed", async () => {
  const { client } = platform;
  const runId = await startPlanned();
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}?view=plan`);
  const graph = page.getByRole("application", { name: "Plan as a graph" });
  await graph.getByText("The area of the hall").waitFor();
  await graph.getByText("Add them up").click();
  const detail = page.getByRole("region", { name: "Step of the plan" });
  await detail.getByText("kitchen, hall").waitFor();
  expect(await violationsOf(page)).toEqual([]);

  await page.getByRole("button", { name: "Edit the plan" }).click();
  await page.getByText("List", { exact: true }).click();
  const list = page.getByRole("list", { name: "Steps of the plan" });
  await list.getByRole("button", { name: "Remove hall" }).click();
  await list.getByRole("button", { name: "Add a step after kitchen" }).click();
  const save = page.getByRole("button", { name: /^Save/ });
  await list.getByText("step new-1 does not say what is to be done").waitFor();
  expect(await save.isDisabled()).toBe(true);
  const form = page.getByRole("region", { name: /^Edit step/ });
  await form.getByRole("textbox", { name: "Name" }).fill("attic");
  await form.getByRole("textbox", { name: "What is to be done" }).fill("The area of the attic");
  await list.getByRole("button", { name: /^sum/ }).click();
  await form.getByRole("combobox", { name: "After" }).press("ArrowDown");
  await page.getByRole("option", { name: "attic" }).click();
  await page.keyboard.press("Escape");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("textbox", { name: "Why the plan is changed" }).fill("There is no hall.");
  await save.click();
  await page.getByRole("button", { name: "Edit the plan" }).waitFor();
  await expect.poll(async () => (await client.runs.get(runId)).plan?.version, soon).toBe(2);

  const review = page.getByRole("region", { name: "Your answer is needed" });
  await review.getByText("Just as it is approved, as text").click();
  await review.getByText('"attic"').first().waitFor();
  await review.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByRole("heading", { level: 1 }).getByText("completed").waitFor();
  const run = await client.runs.get(runId);
  expect(run).toMatchObject({ output: "32 square metres" });
  expect(run.plan?.steps.map(({ id, status }) => [id, status])).toEqual([
    ["kitchen", "done"],
    ["attic", "done"],
    ["sum", "done"],
  ]);
  await page.getByRole("combobox", { name: "Version of the plan" }).click();
  await page.getByRole("option", { name: /^What version 2 changed .*There is no hall/ }).click();
  await list.getByText("removed").waitFor();
  await list.getByText("added").waitFor();
  expect(errors).toEqual([]);
}, 90_000);

test("edges are drawn and taken away in the graph", async () => {
  const runId = await startPlanned();
  const { page } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}?view=plan`);
  await page.getByRole("button", { name: "Edit the plan" }).click();
  const node = (id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);
  await node("kitchen").locator(".react-flow__handle.source").hover();
  await page.mouse.down();
  await node("hall").locator(".react-flow__handle.target").hover();
  await page.mouse.up();
  await page.getByRole("button", { name: "Save 1 change", exact: true }).waitFor();
  await page.locator('.react-flow__edge[data-id="kitchen hall"]').focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Delete");
  await page.locator('.react-flow__edge[data-id="kitchen hall"]').waitFor({ state: "detached" });
  expect(await page.getByRole("button", { name: /^Save/ }).isDisabled()).toBe(true);
}, 60_000);
