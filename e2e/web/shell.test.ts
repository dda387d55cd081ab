import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;
let runId: string;

const pages = {
  home: "/",
  runs: "/runs",
  "start of a run": "/runs?start=math-tutor",
  run: "/runs/:run",
  conversation: "/runs/:run?view=conversation",
  journal: "/runs/:run?view=journal",
  batches: "/batches",
  "new batch": "/batches/new",
  batch: "/batches/:batch",
  "running rows": "/batches/:batch?status=running",
  agents: "/agents",
  agent: "/agents/math-tutor",
  "agent as YAML": "/agents/math-tutor?view=yaml",
  tools: "/tools",
  models: "/models",
  routes: "/models?view=routes",
  limits: "/limits",
  inbox: "/inbox",
  "dead letters": "/dead-letters",
  costs: "/costs",
  "costs by batch": "/costs?by=batch&period=7d",
  "missing page": "/nowhere",
  "missing run": "/runs/run_00000000000000000000000000",
};

beforeAll(async () => {
  platform = await startPlatform({ env: { FLOTILLA_SEED: "true" } });
  browser = await openBrowser();
  const run = { agent: "math-tutor", input: { text: "What is 6 * 7?" } };
  ({ runId } = await platform.client.runs.start(run));
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each(Object.entries(pages))(
    "axe finds nothing on the page: %s",
    async (_name, pattern) => {
      const { page, errors } = await openPage(browser, platform.url, { colorScheme });
      const batch = String(platform.seededBatch);
      await page.goto(pattern.replace(":run", runId).replace(":batch", batch));
      await page.getByRole("heading").first().waitFor();
      await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
      expect(await violationsOf(page)).toEqual([]);
      expect(errors.filter((error) => !error.includes("404"))).toEqual([]);
    },
    60_000,
  );
});

test("Ctrl K finds a batch by its name and goes there", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/");
  await page.getByRole("heading", { name: "Home" }).waitFor();
  await page.keyboard.press("Control+k");
  const search = page.getByPlaceholder("Go to a page");
  await search.fill("100 sums");
  await page.getByRole("dialog").getByText("Example: 100 sums").waitFor();
  await search.press("Enter");
  await page.waitForURL(/\/batches\/bat_/);
  expect(page.url()).toContain(platform.seededBatch);
});

test("Ctrl K starts, answers and cancels, by keyboard alone", async () => {
  const { client } = platform;
  await client.agents.apply({
    name: "careful",
    model: "simulated/script",
    tools: ["calculator"],
    approvals: ["calculator"],
  });
  const call = { tool: "calculator", input: { expression: "1 + 1" } };
  const text = JSON.stringify({ turns: [{ calls: [call] }, { text: "A rare answer." }] });
  const asked = await client.runs.start({ agent: "careful", input: { text } });
  const { page, errors } = await openPage(browser, platform.url);
  const search = page.getByRole("dialog").getByRole("textbox", { name: "Search" });
  const choose = async (words: string, found: RegExp) => {
    await page.keyboard.press("Control+k");
    await search.fill(words);
    await page.getByRole("dialog").getByText(found).first().waitFor();
    await search.press("Enter");
    // As it closes it forgets what was typed.
    await search.waitFor({ state: "detached" });
  };
  await page.goto("/");
  await page.getByRole("link", { name: /^Inbox 1 wait for a person/ }).waitFor();

  await choose("run careful", /^Run careful$/);
  await page.waitForURL(/\/runs\?start=careful/);
  const start = page.getByRole("dialog", { name: "Start a run" });
  await start.waitFor();
  await page.keyboard.press("Escape");
  await start.waitFor({ state: "detached" });

  await choose("answer", /^Answer: /);
  await page.waitForURL(/\/inbox\?item=/);
  await page.getByText('"expression": "1 + 1"').waitFor();

  await choose("a rare answer", /"turns"/);
  await page.waitForURL(new RegExp(asked.runId));
  await choose("cancel this run", /^Cancel this run$/);
  await expect
    .poll(async () => (await client.runs.get(asked.runId)).status, soon)
    .toBe("cancelled");
  const inbox = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" });
  await expect.poll(() => inbox.textContent(), soon).toBe("Inbox");
  expect(errors).toEqual([]);
}, 60_000);

test("home tells live what goes on, and what failed together with its like", async () => {
  const { client } = platform;
  const limits = { maxSteps: 1 };
  const tools = ["calculator"];
  await client.agents.apply({ name: "failing", model: "simulated/script", tools, limits });
  const call = { tool: "calculator", input: { expression: "6 * 7" } };
  const text = JSON.stringify({ turns: [{ calls: [call] }, { text: "It is 42." }] });
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/");
  const failed = page
    .getByRole("navigation", { name: "Runs by status" })
    .getByRole("link", { name: /^failed/ });
  const failures = page.getByRole("region", { name: "Failures" });
  await failures.getByText("Nothing has failed that is not settled.").waitFor();
  for (let runs = 0; runs < 2; runs++) {
    await client.runs.start({ agent: "failing", input: { text } });
  }
  await expect.poll(() => failed.textContent(), soon).toBe("failed2");
  await failures.getByText("2×").waitFor();
  await page.getByText(/^CPU \d+% · /).waitFor();
  await page.getByRole("heading", { name: "Health" }).waitFor();
  expect(errors).toEqual([]);
});

test("the bell counts what is new as it comes, leads to it, and forgets what was seen", async () => {
  const { client } = platform;
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/");
  const bell = page
    .getByRole("navigation", { name: "Main" })
    .getByRole("button", { name: /^News/ });
  const panel = page.getByRole("dialog", { name: "News" });
  await bell.click();
  await panel.getByRole("heading", { name: "What is new" }).waitFor();
  await expect.poll(() => bell.textContent(), soon).toBe("News");
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });

  await client.agents.apply({ name: "herald", model: "simulated/script" });
  const text = JSON.stringify({ turns: [{ text: "Told." }] });
  const { runId: told } = await client.runs.start({ agent: "herald", input: { text } });
  await expect.poll(() => bell.textContent(), soon).toMatch(/^News\d+ new$/);
  await bell.press("Enter");
  const line = panel.getByRole("listitem").filter({ hasText: "herald finished" });
  await line.waitFor();
  expect(await line.textContent()).toContain(", new");
  expect(await violationsOf(page)).toEqual([]);
  await line.getByRole("link").click();
  await page.waitForURL(new RegExp(`/runs/${told}`));
  await panel.waitFor({ state: "hidden" });
  await page.reload();
  await page.getByRole("heading").first().waitFor();
  await expect.poll(async () => (await client.news.get()).unseen, soon).toBe(0);
  expect(await bell.textContent()).toBe("News");
  expect(errors).toEqual([]);
});

test("on a narrow screen the navigation is a drawer, by keyboard too", async () => {
  const { page, errors } = await openPage(browser, platform.url, {
    viewport: { width: 390, height: 800 },
  });
  await page.goto("/");
  await page.getByRole("heading", { name: "Home" }).waitFor();
  const opener = page.getByRole("button", { name: "Open the navigation" });
  const runs = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Runs" });
  expect(await runs.isVisible()).toBe(false);
  await opener.press("Enter");
  await runs.waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await runs.waitFor({ state: "hidden" });
  await opener.press("Enter");
  await runs.press("Enter");
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  expect(await runs.isVisible()).toBe(false);
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
  expect(scrollWidth).toBe(clientWidth);
  expect(errors).toEqual([]);
});

test("another environment is chosen in the shell, and the address says so", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/agents");
  await page.getByRole("link", { name: "math-tutor" }).first().waitFor();
  await page.getByRole("button", { name: "All organisations" }).click();
  await page.getByText("Development", { exact: true }).click({ force: true });
  await page.waitForURL(/\/agents\?org=default&env=dev/);
  await page.getByRole("button", { name: /Home.*Development/ }).waitFor();
  await page.getByRole("heading", { name: "No agents yet" }).waitFor();
  // A link inside keeps to it.
  await page.getByRole("link", { name: "Batches" }).click();
  await page.waitForURL(/\/batches/);
  expect(new URL(page.url()).search).toBe("?org=default&env=dev");
});

test("times are told in the zone that the reader has chosen", async () => {
  onTestFinished(async () => {
    await platform.client.preferences.change({ timeZone: null });
  });
  const { page } = await openPage(browser, platform.url, { timezoneId: "Europe/Berlin" });
  await page.goto(`/runs/${runId}`);
  const title = () => page.locator("header time").first().getAttribute("title");
  await expect.poll(title, soon).toContain("Europe/Berlin");
  await platform.client.preferences.change({ timeZone: "Asia/Kathmandu" });
  await page.reload();
  await expect.poll(title, soon).toMatch(/GMT\+5:45, Asia\/Kathmandu$/);
});

test("keys go to the pages, and letters typed into a field do not", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/");
  await page.getByRole("heading", { name: "Home" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.waitForURL(/\/batches$/);
  await page.keyboard.press("n");
  await page.getByRole("dialog", { name: "Start a run" }).waitFor();
  await page.getByRole("textbox", { name: "Input", exact: true }).fill("");
  await page.getByRole("textbox", { name: "Input", exact: true }).pressSequentially("g a ?");
  expect(page.url()).toContain("/runs");
  expect(await page.getByRole("textbox", { name: "Input", exact: true }).inputValue()).toBe(
    "g a ?",
  );
});

test("the colour scheme is kept, and set before the first paint", async () => {
  const { page } = await openPage(browser, platform.url, { colorScheme: "light" });
  await page.goto("/");
  await page.getByRole("button", { name: "This machine" }).click();
  await page.getByText("Dark", { exact: true }).click({ force: true });
  const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
  await expect.poll(scheme, soon).toBe("dark");
  await page.route("**/*.js", (route) =>
    route.request().url().includes("before-app") ? route.continue() : route.abort(),
  );
  await page.reload();
  expect(await scheme()).toBe("dark");
});
