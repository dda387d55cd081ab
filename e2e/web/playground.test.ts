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

/** A red dot of a pixel. */
const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

test("files go along with a message: a text, and an image that the model is shown", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/playground?agent=quick");
  const files = page.getByLabel("Files to attach");
  const empty = { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.from("") };
  await files.setInputFiles(empty);
  await page.getByText("empty.txt is empty.").waitFor();
  await files.setInputFiles([
    { name: "dot.png", mimeType: "image/png", buffer: dot },
    { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("x,y\n1,2") },
  ]);
  await page.getByRole("button", { name: "Remove a.csv" }).waitFor();
  await page.getByRole("button", { name: "Remove dot.png" }).waitFor();
  const when = ["[image image/png, 70 bytes]", "x,y"];
  await send(
    page,
    "Say something",
    JSON.stringify({ scenes: [{ when, turns: [{ text: "Seen and read." }] }] }),
  );
  await page.waitForURL(/\/playground\/thr_/);
  await answers(page).getByText("Seen and read.").waitFor();
  await page.getByRole("article").getByText("a.csv").waitFor();
  await page.getByRole("img", { name: "dot.png" }).waitFor();
  const threadId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { messages } = await platform.client.threads.get(threadId);
  expect(messages.items[0]?.attachments).toMatchObject([
    { name: "dot.png", kind: "image" },
    { name: "a.csv", head: "x,y\n1,2" },
  ]);
  // Said once more, all of it goes along again.
  await page.getByRole("button", { name: "Answer once more" }).click();
  await page.getByText("2 / 2").waitFor();
  await answers(page).getByText("Seen and read.").waitFor();
  expect(errors).toEqual([]);
});

test("the next answer is made by another model, and the conversation is found by what was said", async () => {
  const { page } = await openPage(browser, platform.url);
  await begin(page, "quick", asking("First, about the lighthouse."));
  await answers(page).getByText("First, about").waitFor();
  await page.getByRole("combobox", { name: "Model of the next answer" }).fill("simulated/demo");
  await page.getByRole("option", { name: "simulated/demo" }).click();
  await send(page, "Go on with the conversation", "And the keeper?");
  await page.locator("article footer").nth(1).getByText("simulated/demo").waitFor();
  const list = page.getByRole("navigation", { name: "Conversations" });
  await page.getByRole("searchbox", { name: "Search the conversations" }).fill("the KEEPER");
  await expect.poll(() => list.getByRole("listitem").count(), soon).toBe(1);
  await expect.poll(() => page.url(), soon).toContain("q=the+KEEPER");
});

test("an agent offers what could be said to it", async () => {
  await platform.client.agents.apply({
    name: "sums",
    model: "simulated/demo",
    description: "Does sums. Ask it “What is 6 * 7?”.",
    tools: ["calculator"],
  });
  const { page } = await openPage(browser, platform.url);
  await page.goto("/playground?agent=sums");
  await page.getByRole("button", { name: "What is 6 * 7?" }).click();
  await page.waitForURL(/\/playground\/thr_/);
  await page.getByText("1 answer").waitFor();
  expect(await page.getByRole("article").textContent()).toContain("What is 6 * 7?");
});

test("two models answer the same prompt side by side, and the better one is kept as feedback", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  const columns = [{ agent: "quick" }, { agent: "quick", model: "slow/script" }];
  await page.goto(`/playground/compare?columns=${encodeURIComponent(JSON.stringify(columns))}`);
  await send(page, "Say the same to each", asking("It is the same."));
  const column = (place: number) => page.getByRole("region", { name: `Column ${place}` });
  await column(1).getByText("It is the same.").last().waitFor();
  await column(2).getByText("slow/script").last().waitFor();
  await column(2).getByRole("button", { name: "This one is better" }).click();
  await column(2).getByText("Picked over quick v1 on simulated/script").waitFor();
  await column(1).getByText("quick v1 on slow/script").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await column(2).getByRole("link", { name: "Go on with it alone" }).click();
  await page.waitForURL(/\/playground\/thr_/);
  await page.getByText("1 answer").waitFor();
  expect(errors).toEqual([]);
});

test("the plan of an answer is beside it as it is followed", async () => {
  const steps = [
    { id: "one", intent: "The first part" },
    { id: "two", intent: "The second part", dependsOn: ["one"] },
  ];
  const does = (id: string) => ({ when: `Your part is the step ${id}:`, turns: [{ text: id }] });
  const plan = JSON.stringify({ goal: "All of it", steps });
  await platform.client.agents.apply({
    name: "planner",
    model: "simulated/script",
    strategy: { kind: "plan_and_solve" },
    instructions: JSON.stringify({
      scenes: [
        { when: "Plan the whole way", turns: [{ text: plan }] },
        does("one"),
        does("two"),
        { when: "Give the final answer", turns: [{ text: "All is done." }] },
      ],
    }),
  });
  const { page } = await openPage(browser, platform.url);
  await begin(page, "planner", "Do all of it.");
  const beside = page.getByRole("complementary", { name: "Plan" });
  await beside.getByText("2 of 2 done").waitFor();
  await beside.getByRole("button", { name: /^two/ }).click();
  await beside.getByRole("region", { name: "Step of the plan" }).getByText("one").first().waitFor();
  await answers(page).getByText("All is done.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
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
  expect([...ofStart, ...(await violationsOf(page))]).toEqual([]);
  await page.goto("/playground/compare");
  await page.getByRole("combobox", { name: "Agent of column 2" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(errors).toEqual([]);
});
