import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

/** A message whose answer the simulated model is told. */
const asking = (text: string) => JSON.stringify({ turns: [{ text }] });
/** Long enough that there is time to act while it streams: about ten seconds. */
const longAnswer = Array.from({ length: 200 }, (_, index) => `word${index + 1}`).join(" ");

beforeAll(async () => {
  platform = await startPlatform({
    config: { providers: { slow: { kind: "simulated", tokensPerSecond: 40 } } },
  });
  browser = await openBrowser();
  await platform.client.agents.apply({ name: "quick", model: "simulated/script" });
  await platform.client.agents.apply({
    name: "slow",
    model: "slow/script",
    tools: ["calculator"],
  });
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const answers = (page: Page) => page.locator("[data-part=answer]");
const send = async (page: Page, label: string, text: string) => {
  await page.getByRole("textbox", { name: label }).fill(text);
  await page.keyboard.press("Enter");
};

async function begin(page: Page, agent: string, text: string): Promise<void> {
  await page.goto(`/playground?agent=${agent}`);
  await send(page, "Say something", text);
  await page.waitForURL(/\/playground\/thr_/);
}

test("a conversation goes on, costs what its turns cost, and is there after a reload", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await begin(page, "quick", asking("It is **forty-two**."));
  await answers(page).nth(0).getByText("forty-two").waitFor();
  await send(page, "Go on with the conversation", asking("Half of it is 21."));
  await answers(page).nth(1).getByText("Half of it is 21.").waitFor();
  await page.getByText("2 answers").waitFor();

  await page.reload();
  await answers(page).nth(1).getByText("Half of it is 21.").waitFor();
  const threadId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { messages } = await platform.client.threads.get(threadId);
  expect(messages.items.map(({ run }) => run.status)).toEqual(["completed", "completed"]);
  expect(await page.locator("article footer").count()).toBe(2);
  await page.locator("article footer").first().getByText("tokens").waitFor();
  expect(errors).toEqual([]);
});

test("an answer is shown while it is made, and stopped", async () => {
  const { page } = await openPage(browser, platform.url);
  await begin(page, "slow", asking(longAnswer));
  await answers(page).getByText("word20").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped by").waitFor();
  await page.getByRole("button", { name: "Send", exact: true }).waitFor();
  expect(await answers(page).textContent()).not.toContain("word200");
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped by").waitFor();
});

test("a message is edited and sent again, and both versions are there", async () => {
  const { page } = await openPage(browser, platform.url);
  await begin(page, "quick", asking("First answer."));
  await answers(page).getByText("First answer.").waitFor();
  await page.getByRole("button", { name: "Edit and send again" }).click();
  await send(page, "Say it differently", asking("Second answer."));
  await answers(page).getByText("Second answer.").waitFor();
  await page.getByText("2 / 2").waitFor();
  await page.getByRole("button", { name: "Earlier version" }).click();
  await answers(page).getByText("First answer.").waitFor();
  await expect.poll(() => page.url(), soon).toContain("upTo=run_");
  expect(await answers(page).count()).toBe(1);
});

test("a file goes along with a message; one that is no text is refused", async () => {
  const { page } = await openPage(browser, platform.url);
  await page.goto("/playground?agent=quick");
  const files = page.getByLabel("Files to attach");
  await files.setInputFiles({
    name: "photo.png",
    mimeType: "image/png",
    buffer: Buffer.from([0x89, 0x50, 0, 1, 2]),
  });
  await page.getByText("photo.png is not text.").waitFor();
  await files.setInputFiles({
    name: "a.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("x,y\n1,2"),
  });
  await page.getByText("a.csv").waitFor();
  await send(page, "Say something", asking("Read."));
  await page.waitForURL(/\/playground\/thr_/);
  await page.getByRole("article").getByText("a.csv").waitFor();
  const threadId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { messages } = await platform.client.threads.get(threadId);
  expect(messages.items[0]?.attachments[0]).toMatchObject({ name: "a.csv", head: "x,y\n1,2" });
});

test("a tool's call is folded, with its arguments and its result", async () => {
  const { page } = await openPage(browser, platform.url);
  const turns = [
    { calls: [{ tool: "calculator", input: { expression: "6 * 7" } }] },
    { text: "It is 42." },
  ];
  await begin(page, "slow", JSON.stringify({ turns }));
  await answers(page).getByText("It is 42.").waitFor();
  await answers(page).getByText("calculator(").click();
  await answers(page).getByText('"6 * 7"').last().waitFor();
  expect(await answers(page).textContent()).toContain("42");
});

test.each(["light", "dark"] as const)("axe finds nothing in %s", async (colorScheme) => {
  const { page, errors } = await openPage(browser, platform.url, { colorScheme });
  await page.goto("/playground");
  await page.getByRole("heading", { name: "Talk with an agent" }).waitFor();
  const ofStart = await violationsOf(page);
  await begin(page, "quick", asking("Fine."));
  await answers(page).getByText("Fine.").waitFor();
  const ofTalk = await violationsOf(page);
  expect([...ofStart, ...ofTalk]).toEqual([]);
  expect(errors).toEqual([]);
});
