import type { Artifact } from "@flotilla/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;
let runId: string;
let made: Map<string, Artifact>;

const rows = Array.from({ length: 500 }, (_, n) => `${n},row ${n},${n * n}`);
const attachments = [
  { name: "notes.md", mediaType: "text/markdown", text: "# Findings\n\nAll is **well**.\n" },
  { name: "rows.csv", mediaType: "text/csv", text: `n,name,square\n${rows.join("\n")}\n` },
  { name: "data.json", text: JSON.stringify({ rows: rows.map((name) => ({ name })) }) },
  { name: "page.html", text: "<script>document.title = 'taken over'</script><h1>Loud</h1>" },
];
const report = "# Harbour\n\nFour ships left.\n\n<!-- page break -->\n\nThree came back.";
const chart = {
  ...{ kind: "bar", title: "Sales", x: "month", y: "amount", name: "sales" },
  data: [
    { month: "Jan", amount: 12 },
    { month: "Feb", amount: 17 },
  ],
};

beforeAll(async () => {
  platform = await startPlatform();
  browser = await openBrowser();
  const { agents, artifacts, runs, threads } = platform.client;
  const drawing = { prompt: "A boat", model: "simulated/image", size: "512x512", count: 2 };
  const turns = [
    { calls: [{ tool: "chart_render", input: chart }] },
    { calls: [{ tool: "image_generate", input: drawing }] },
    { calls: [{ tool: "document_write", input: { path: "report.pdf", markdown: report } }] },
    { text: "Done." },
  ];
  await agents.apply({
    name: "painter",
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["chart_render", "image_generate", "document_write"],
  });
  const thread = await threads.create({ agent: "painter" });
  ({ runId } = await threads.send(thread.id, { text: "Draw", attachments }));
  await vi.waitUntil(async () => (await runs.get(runId)).status === "completed", {
    ...soon,
    interval: 200,
  });
  const { items } = await artifacts.list(runId);
  made = new Map(items.map((one) => [one.name, one]));
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

function idOf(pattern: RegExp): string {
  const [, found] = [...made].find(([name]) => pattern.test(name)) ?? [];
  return found?.id ?? "";
}

async function open(pattern: RegExp, scheme: "light" | "dark" = "light", search = "") {
  const { page, errors } = await openPage(browser, platform.url, { colorScheme: scheme });
  await page.goto(`/artifacts/${idOf(pattern)}${search}`);
  await page.getByRole("heading", { level: 1, name: pattern }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

/** Where somebody wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["E2E_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

test("from a run's page to what it has made: an image is shown as one, and can be saved", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/runs/${runId}?view=artifacts`);
  await page.getByRole("link", { name: "rows.csv" }).waitFor();
  await shoot(page, "run-artifacts-light");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("link", { name: /svg/ }).click();
  const image = page.locator("main img");
  await image.waitFor();
  const isLoaded = () => image.evaluate((one) => (one as HTMLImageElement).naturalWidth > 0);
  await expect.poll(isLoaded, soon).toBe(true);
  await shoot(page, "artifact-image-light");
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: /^Download / }).click();
  expect((await saved).suggestedFilename()).not.toBe("");
  expect(errors).toEqual([]);
}, 60_000);

test.each(["light", "dark"] as const)(
  "what an image model has made is shown with its call (%s)",
  async (colorScheme) => {
    const { page, errors } = await openPage(browser, platform.url, { colorScheme });
    await page.goto(`/runs/${runId}`);
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByRole("button", { name: /^image_generate/ }).click();
    const step = page.getByRole("region", { name: "Step" });
    await step.getByText("Made by simulated/image").waitFor();
    const second = step.getByRole("img", { name: "Image 2 of 2" });
    await second.waitFor();
    const isLoaded = () => second.evaluate((one) => (one as HTMLImageElement).naturalWidth);
    await expect.poll(isLoaded, soon).toBe(512);
    await shoot(page, `run-images-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
    await step.getByRole("link", { name: "Image 2 of 2" }).press("Enter");
    await page.getByRole("heading", { level: 1, name: "image-2.png" }).waitFor();
    expect(errors).toEqual([]);
  },
  60_000,
);

test("Markdown and CSV are shown as what they are, and as their source", async () => {
  const { page, errors } = await open(/notes\.md/);
  await page.getByRole("heading", { name: "Findings" }).waitFor();
  await page.getByText("Source", { exact: true }).click();
  await page.getByRole("group", { name: "Content" }).getByText("# Findings").waitFor();
  expect(page.url()).toContain("view=source");
  const table = await open(/rows\.csv/);
  await table.page.getByText("500 rows, 3 columns").waitFor();
  await table.page.getByRole("row", { name: /row 3 9/ }).waitFor();
  await shoot(table.page, "artifact-csv-light");
  expect(await violationsOf(table.page)).toEqual([]);
  expect([...errors, ...table.errors]).toEqual([]);
}, 60_000);

test("of a PDF the words are shown, page by page", async () => {
  const { page, errors } = await open(/report\.pdf/);
  await page.getByRole("article", { name: "Page 1" }).getByText("Four ships left.").waitFor();
  await page.getByRole("article", { name: "Page 2" }).getByText("Three came back.").waitFor();
  await shoot(page, "artifact-document-light");
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 60_000);

test("long JSON is laid out, and what is sought in it is gone to by keyboard", async () => {
  const { page, errors } = await open(/data\.json/);
  const content = page.getByRole("group", { name: "Content" });
  await content.getByText('"rows": [').waitFor();
  expect(await content.getByText("row 499,").count()).toBe(0);
  await page.getByRole("textbox", { name: "Find in the content" }).fill("ROW 499");
  await page.getByRole("status").getByText("1 line found").waitFor();
  await content.getByText("row 499,").waitFor();
  await shoot(page, "artifact-json-light");
  expect(errors).toEqual([]);
}, 60_000);

test("a page that a stranger wrote is text, and runs nothing", async () => {
  const { page } = await open(/page\.html/);
  await page.getByRole("group", { name: "Content" }).getByText("<h1>Loud</h1>").waitFor();
  expect(await page.getByRole("heading", { name: "Loud" }).count()).toBe(0);
  expect(await page.title()).not.toContain("taken over");
}, 60_000);

test("axe finds nothing on an artifact's page, light and dark", async () => {
  for (const scheme of ["light", "dark"] as const) {
    for (const pattern of [/notes\.md/, /data\.json/, /svg/]) {
      const { page } = await open(pattern, scheme);
      await shoot(page, `artifact-${pattern.source.slice(0, 5)}-${scheme}`);
      expect([pattern, await violationsOf(page)]).toEqual([pattern, []]);
    }
  }
}, 90_000);

test("a run's page says what it has read, and what that means", async () => {
  const labels = ["web", "private"];
  const started = await platform.client.runs.start({
    ...{ agent: "painter", input: { text: "Draw" }, labels },
  });
  const { page } = await openPage(browser, platform.url);
  await page.goto(`/runs/${started.runId}`);
  await page.getByText("has read:").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "web", exact: true }).focus();
  await page.getByRole("tooltip").getByText("may hold instructions", { exact: false }).waitFor();
  await shoot(page, "run-labels-light");
}, 60_000);
