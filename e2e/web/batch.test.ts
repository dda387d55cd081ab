import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  platform = await startPlatform({
    config: { providers: { fast: { kind: "simulated" } } },
  });
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), "flotilla-web-"));
  await platform.client.agents.apply({ name: "adder", model: "fast/demo", tools: ["calculator"] });
  await platform.client.agents.apply({
    ...{ name: "moody", model: "fast/script" },
    output: {
      type: "object",
      properties: { mood: { type: "string" }, score: { type: "number" } },
      required: ["mood", "score"],
    },
  });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Drops a file with this content on the page's file field, as a mouse would. */
async function drop(page: Page, name: string, content: string) {
  const transfer = await page.evaluateHandle(
    ([fileName, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], fileName));
      return data;
    },
    [name, content] as [string, string],
  );
  await page.getByRole("button", { name: /Drop a CSV/ }).dispatchEvent("drop", {
    dataTransfer: transfer,
  });
}

async function chooseAgent(page: Page, name: string) {
  await page.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name }).click();
}

/** In the page: the first cell of the grid, as it is painted. */
function firstCellColor(): number[] {
  const context = document.querySelector<HTMLCanvasElement>("canvas[role=img]")?.getContext("2d");
  return [...(context?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3);
}

/** The colour that the legend gives a status. */
async function colorOf(page: Page, status: string): Promise<number[]> {
  const swatch = page
    .getByRole("button", { name: new RegExp(`^${status}`) })
    .locator("[aria-hidden]");
  const color = await swatch.first().evaluate((mark) => getComputedStyle(mark).backgroundColor);
  return (color.match(/\d+/g) ?? []).map(Number);
}

const hundred = Array.from({ length: 100 }, (_, index) => `${index + 1},"${index + 1}, with care"`);

test("a dropped file becomes a batch of 100 runs whose results are exported", async () => {
  const { page, errors } = await openPage(browser, platform.url, { acceptDownloads: true });
  await page.goto("/batches/new");
  await drop(page, "sums.csv", ["n,note", ...hundred].join("\n"));
  await chooseAgent(page, "adder");
  await page.getByRole("textbox", { name: "Prompt" }).fill("What is 2 * ");
  await page.getByRole("button", { name: "Insert the column n", exact: true }).click();
  await page.getByText("What is 2 * 3").waitFor();
  await page.getByRole("button", { name: "Start the batch" }).click();

  await page.waitForURL(/\/batches\/bat_/);
  await page.getByRole("heading", { name: /sums/ }).waitFor();
  await page
    .getByRole("img", { name: /Grid of rows: .*100 completed/ })
    .waitFor({ timeout: 60_000 });
  await expect
    .poll(() => page.evaluate(firstCellColor), soon)
    .toEqual(await colorOf(page, "completed"));
  await page.getByRole("button", { name: /^completed/ }).click();
  await expect.poll(() => page.url(), soon).toContain("status=completed");
  await page.getByRole("cell", { name: "n: 7 · note: 7, with care" }).waitFor();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /as JSONL/ }).click(),
  ]);
  const file = join(folder, "results.jsonl");
  await download.saveAs(file);
  const rows = (await readFile(file, "utf8")).trim().split("\n");
  const outputs = rows.map((row) => (JSON.parse(row) as { output: string }).output);
  expect(outputs).toHaveLength(100);
  for (const [index, output] of outputs.entries()) {
    expect(output).toContain(`The answer is ${2 * (index + 1)}.`);
  }
  expect(errors).toEqual([]);
}, 120_000);

test("a prompt that names a missing column cannot be started", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/batches/new?agent=adder");
  await drop(page, "sums.jsonl", '{"n":1}\n{"n":2}\n');
  await page.getByRole("textbox", { name: "Prompt" }).fill("What is {{m}} + 1?");
  await page.getByText("The file has no column “m”.").waitFor();
  expect(await page.getByRole("button", { name: "Start the batch" }).isDisabled()).toBe(true);
});

test("bad rows are named with their lines, and the good ones run when a person says so", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/batches/new?agent=adder");
  await drop(page, "sums.jsonl", '{"n":1}\nnot json\n{"n":3}\n');
  await page.getByRole("textbox", { name: "Prompt" }).fill("What is {{n}} + 1?");
  await page.getByRole("button", { name: "Start the batch" }).click();
  await page.getByRole("heading", { name: "1 row cannot run" }).waitFor();
  await page.getByRole("row", { name: /^2 .*not valid JSON/ }).waitFor();
  await page.getByRole("button", { name: "Start 2 rows" }).click();
  await page.getByRole("img", { name: /2 completed, 1 failed/ }).waitFor({ timeout: 60_000 });
  const batchId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { items } = await platform.client.batches.rows(batchId, { status: "failed" });
  expect(items.map(({ line, error }) => [line, error?.code])).toEqual([[2, "row_invalid"]]);
});

test("a cell of the grid opens its row, by mouse and keyboard, and the row its run", async () => {
  const { page } = await openPage(browser, platform.url);
  const file = join(folder, "one.csv");
  await writeFile(file, "n\n5\n");
  await page.goto("/batches/new?agent=adder");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("textbox", { name: "Prompt" }).fill("What is {{n}} * 5?");
  await page.getByRole("button", { name: "Start the batch" }).click();
  const grid = page.getByRole("img", { name: /1 completed/ });
  await grid.waitFor({ timeout: 60_000 });
  await grid.hover({ position: { x: 5, y: 5 } });
  await page.getByText("Row 1", { exact: true }).waitFor();
  await grid.click({ position: { x: 5, y: 5 } });
  await page
    .getByRole("dialog", { name: /^Row 1 of/ })
    .getByText("The answer is 25.")
    .waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("application", { name: /Rows as a grid/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.url(), soon).toContain("row=1");
  await page.getByRole("link", { name: "Open the run" }).click();
  await page.waitForURL(/\/runs\/run_/);
  await page.getByText("The answer is 25.").first().waitFor();
  const runId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  expect((await platform.client.runs.get(runId)).row).toBe(1);
});

test("a batch may wait for its provider's batch price, and runs for whom the form says", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/batches/new?agent=adder");
  await drop(page, "sums.jsonl", '{"n":1}\n');
  await page.getByRole("textbox", { name: "Prompt" }).fill("What is {{n}} + 1?");
  await page.getByRole("button", { name: "Organisation, user and deadline" }).click();
  // By the keyboard: while the fields unfold a click may miss.
  const economy = page.getByRole("switch", { name: /Economy/ });
  await economy.waitFor({ state: "attached" });
  await expect
    .poll(async () => {
      if (!(await economy.isChecked())) await economy.press("Space");
      return economy.isChecked();
    }, soon)
    .toBe(true);
  await page.getByRole("textbox", { name: "Every row is answered within" }).fill("2");
  await page.getByRole("textbox", { name: "Organisation" }).fill("Acme Inc");
  await page.getByText(/use 1 to 64 of a-z/).waitFor();
  const start = page.getByRole("button", { name: "Start the batch" });
  expect(await start.isDisabled()).toBe(true);
  await page.getByRole("textbox", { name: "Organisation" }).fill("acme");
  await page.getByRole("textbox", { name: "User" }).fill("ada@example.org");
  const before = Date.now();
  await start.click();
  await page.getByText(/^economy until/).waitFor();
  const batchId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const batch = await platform.client.batches.get(batchId);
  expect([batch.organisation, batch.user]).toEqual(["acme", "ada@example.org"]);
  const hours = (Date.parse(String(batch.economyUntil)) - before) / 3_600_000;
  expect(hours).toBeCloseTo(2, 1);
  expect(errors).toEqual([]);
}, 60_000);

test("what came out of a batch is analysed, and its failures are retried by what they failed of", async () => {
  const { id } = await platform.client.batches.create({
    ...{ name: "mixed", agent: "moody", template: "{{n}}", start: true },
    rows: Array.from({ length: 12 }, (_, n) => ({ n: moodScript(n) })),
  });
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/batches/${id}`);
  await page.getByRole("img", { name: /10 completed, 2 failed/ }).waitFor({ timeout: 60_000 });
  await page.getByRole("tab", { name: "Analysis" }).click();
  await expect.poll(() => page.url(), soon).toContain("view=analysis");
  await page.getByRole("img", { name: /^Cost: from/ }).waitFor();
  await page.getByRole("img", { name: /^score: from 0 to 9/ }).waitFor();
  await page.getByRole("figure", { name: /mood/ }).getByText("good", { exact: true }).waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violationsOf(page)).toEqual([]);
  }
  await page.getByRole("button", { name: "Retry these" }).click();
  await page.getByText("2 rows are retried.").waitFor();
  const progress = () => platform.client.batches.get(id);
  await expect.poll(async () => (await progress()).status, soon).toBe("completed");
  await page.getByRole("tab", { name: "Rows" }).click();
  await page.getByRole("checkbox", { name: "Choose row 11" }).check();
  await page.getByRole("button", { name: "Retry 1" }).click();
  await page.getByText("1 row goes on.").waitFor();
  await page.getByRole("button", { name: "All columns" }).click();
  await page.getByRole("checkbox", { name: "output.mood" }).check();
  await page.getByRole("button", { name: "Columns: 1" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  const csv = page.getByRole("link", { name: /as CSV/ });
  expect(await csv.getAttribute("href")).toMatch(/format=csv.*columns=output.mood$/);
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Speed" }).click();
  await page.getByRole("heading", { name: "Speed against the limits" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 120_000);

/** What the model answers in row `n`; the last two rows get no answer that fits. */
function moodScript(n: number): string {
  const answer = n < 10 ? { mood: n % 3 === 0 ? "bad" : "good", score: n } : { mood: n };
  return JSON.stringify({
    turns: Array.from({ length: 9 }, () => ({ text: JSON.stringify(answer) })),
  });
}
