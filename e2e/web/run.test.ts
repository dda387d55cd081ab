import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { watchText } from "./watch-text.ts";

/** Long enough that there is time to act while it streams: about eight seconds. */
const words = Array.from({ length: 160 }, (_, index) => `word${index + 1}`).join(" ");
const script = JSON.stringify({ turns: [{ text: words }] });

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform({
    config: { providers: { slow: { kind: "simulated", tokensPerSecond: 40 } } },
  });
  browser = await openBrowser();
  await platform.client.agents.apply({ name: "slow-reader", model: "slow/script" });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function startSlowRun() {
  const { runId } = await platform.client.runs.start({
    agent: "slow-reader",
    input: { text: script },
  });
  return runId;
}

test("a run started in the dialog shows its text while the model writes it", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  const streams: string[] = [];
  page.on("websocket", (socket) => streams.push(new URL(socket.url()).pathname));
  page.on("request", (request) => {
    if (request.url().endsWith("/stream")) streams.push(request.url());
  });
  await page.goto("/runs");
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.getByRole("combobox", { name: "Agent" }).last().click();
  await page.getByRole("option", { name: "slow-reader" }).click();
  await page.getByRole("textbox", { name: "Input", exact: true }).fill(script);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.waitForURL(/\/runs\/run_/);

  const shown = await watchText(page);
  await page.getByText("completed", { exact: true }).first().waitFor();
  await expect.poll(shown.now, soon).toBe(words);
  expect((await shown.lengths()).length).toBeGreaterThan(10);
  expect(await shown.strayed(words)).toEqual([]);
  expect(errors).toEqual([]);
  expect(streams).toEqual(["/api/v1/stream"]);
});

test("killed and started again, the server's stream goes on with no text lost or doubled", async () => {
  const { page } = await openPage(browser, platform.url);
  const runId = await startSlowRun();
  await page.goto(`/runs/${runId}`);
  const shown = await watchText(page);
  await expect.poll(async () => (await shown.now()).length, soon).toBeGreaterThan(200);

  platform.kill("SIGKILL");
  await page.getByText("The connection to Flotilla is lost").waitFor();
  const kept = await shown.now();
  expect(kept.length).toBeGreaterThan(200);
  await platform.restart();

  await page.getByText("The connection to Flotilla is lost").waitFor({ state: "hidden" });
  await page.getByText("completed", { exact: true }).first().waitFor({ timeout: 60_000 });
  await expect.poll(shown.now, soon).toBe(words);
  expect(await shown.strayed(words)).toEqual([]);
  await page.getByText("2 attempts").waitFor();
}, 120_000);

test("a run is cancelled while it streams, and can be retried", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  const runId = await startSlowRun();
  await page.goto(`/runs/${runId}`);
  const shown = await watchText(page);
  await expect.poll(async () => (await shown.now()).length, soon).toBeGreaterThan(50);

  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("cancelled", { exact: true }).waitFor();
  expect((await platform.client.runs.get(runId)).status).toBe("cancelled");
  expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);

  await page.getByRole("button", { name: "Retry" }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await heading.getByText("running", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("cancelled", { exact: true }).waitFor();
  expect(errors).toEqual([]);
});

test("the chosen step is in the address, and j and k move it", async () => {
  const { page } = await openPage(browser, platform.url);
  const turns = [
    { calls: [{ tool: "clock" }, { tool: "calculator", input: { expression: "6 * 7" } }] },
    { text: "It is 42." },
  ];
  await platform.client.agents.apply({
    name: "caller",
    // So slow that there is time to zoom into.
    model: "slow/script",
    tools: ["clock", "calculator"],
  });
  const { runId } = await platform.client.runs.start({
    agent: "caller",
    input: { text: JSON.stringify({ turns }) },
  });
  await page.goto(`/runs/${runId}`);
  await page.getByText("completed", { exact: true }).first().waitFor();
  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByRole("button", { name: /^calculator/ }).click();
  await expect.poll(() => page.url(), soon).toContain("step=c1-1");
  const detail = page.getByRole("region", { name: "Step" });
  await detail.getByText('"6 * 7"').waitFor();

  await page.reload();
  await detail.getByText('"6 * 7"').waitFor();
  await page.keyboard.press("k");
  await expect.poll(() => page.url(), soon).toContain("step=c1-0");
  await page.keyboard.press("j");
  await expect.poll(() => page.url(), soon).toContain("step=c1-1");

  await page.getByRole("tab", { name: "Costs" }).click();
  const models = page.getByRole("table", { name: "Costs by model" });
  await models.getByText("slow/script").waitFor();
  await models.getByText("100%").waitFor();
  const steps = page.getByRole("table", { name: "Costs by step" });
  await expect.poll(() => steps.getByRole("row").count(), soon).toBe(3);
  expect(await violationsOf(page)).toEqual([]);
  await steps.getByRole("link", { name: "Model call 2" }).click();
  await expect.poll(() => page.url(), soon).toContain("step=m2");
  await detail.getByText("It is 42.").waitFor();

  const zoom = page.getByRole("group", { name: "Zoom" });
  expect(await zoom.getByRole("button", { name: "Zoom out" }).isDisabled()).toBe(true);
  await zoom.getByRole("button", { name: "Zoom in" }).press("Enter");
  await expect.poll(() => page.url(), soon).toMatch(/from=\d+&to=\d+/);
  await page.reload();
  await zoom.getByRole("status").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await zoom.getByRole("button", { name: "Whole run" }).click();
  await expect.poll(() => page.url(), soon).not.toContain("from=");
  const axis = page.locator("[data-axis]");
  const { width = 0 } = (await axis.boundingBox()) ?? {};
  await axis.hover({ position: { x: 5, y: 10 } });
  await page.mouse.down();
  await axis.hover({ position: { x: width / 2, y: 10 } });
  await page.mouse.up();
  await expect.poll(() => page.url(), soon).toMatch(/from=\d+&to=\d+/);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, 4_000);
  await page.keyboard.up("Control");
  await expect.poll(() => page.url(), soon).not.toContain("from=");
}, 90_000);

test("runs are filtered by what the address says, chosen and cancelled together", async () => {
  const text = JSON.stringify({ turns: [{ text: "quokka ".repeat(8_000) }] });
  const start = (order: string) => {
    const metadata = { customer: "Tern, Kiel", order };
    return platform.client.runs.start({ agent: "slow-reader", input: { text }, metadata });
  };
  const [first, second] = await Promise.all([start("1"), start("2")]);
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/runs");
  await page.getByRole("textbox", { name: "Input has" }).fill("QUOKKA");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.url(), soon).toContain("text=QUOKKA");
  const rows = page.getByRole("table", { name: "Runs" }).getByRole("row");
  await expect.poll(() => rows.count(), soon).toBe(3);

  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("textbox", { name: "Version" }).fill("7");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("No runs like that").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove version" }).click();
  await rows.nth(1).getByRole("link").first().click();
  await page.getByRole("link", { name: "customer: Tern, Kiel" }).click();
  await expect.poll(() => page.url(), soon).toContain("metadata=");
  await expect.poll(() => rows.count(), soon).toBe(3);

  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Failed of" }).check();
  await page.getByRole("columnheader", { name: "Failed of" }).waitFor();
  await page.keyboard.press("Escape");
  for (const box of await page.getByRole("checkbox", { name: /^Choose the run/ }).all()) {
    await box.check();
  }
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Cancel 2" }).click();
  await page.getByText("2 runs are cancelled.").waitFor();
  for (const { runId } of [first, second]) {
    await expect
      .poll(async () => (await platform.client.runs.get(runId)).status, soon)
      .toBe("cancelled");
  }
  await page.reload();
  await page.getByRole("columnheader", { name: "Failed of" }).waitFor();
  expect(errors).toEqual([]);
}, 120_000);
