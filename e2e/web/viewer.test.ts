import type { Role } from "@flotilla/core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { openBrowser, openPage } from "./browser.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;
let batch: string;
let runId: string;

beforeAll(async () => {
  platform = await startPlatform({ env: { FLOTILLA_SIGN_IN: "required", FLOTILLA_SEED: "true" } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
  batch = String(platform.seededBatch);
  ({ runId } = await owner.client.runs.start({ agent: "math-tutor", input: { text: "6 * 7?" } }));
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

/** The pages, and what each offers to somebody who may everything. */
const offers = {
  "/runs": ["Start a run"],
  "/runs/:run": ["New run"],
  "/batches": ["New batch"],
  "/batches/:batch": ["Settings"],
  "/agents/math-tutor": ["Edit", "New batch", "Chat", "Start a run"],
  "/costs": ["Set a budget"],
};

async function actionsOf(member: Member): Promise<Record<string, string[]>> {
  const { page, errors } = await openPage(browser, platform.url);
  await page.context().addCookies(member.cookies);
  const seen: Record<string, string[]> = {};
  for (const [pattern, names] of Object.entries(offers)) {
    await page.goto(pattern.replace(":run", runId).replace(":batch", batch));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
    const main = page.getByRole("main");
    const shown = await Promise.all(
      names.map((name) =>
        main.getByRole("button", { name }).or(main.getByRole("link", { name })).count(),
      ),
    );
    seen[pattern] = names.filter((_, index) => shown[index] !== 0);
  }
  expect(errors).toEqual([]);
  return seen;
}

test("an owner is offered everything", async () => {
  expect(await actionsOf(owner)).toEqual(offers);
}, 120_000);

const expected: [Role, Record<string, string[]>][] = [
  ["viewer", Object.fromEntries(Object.keys(offers).map((page) => [page, []]))],
  [
    "operator",
    { ...offers, "/agents/math-tutor": ["New batch", "Chat", "Start a run"], "/costs": [] },
  ],
];

test.each(expected)(
  "a %s sees no button that would be refused",
  async (role, seen) => {
    const member = await newMember(platform, owner, `A${role}`, role);
    expect(await actionsOf(member)).toEqual(seen);
  },
  120_000,
);

test("what a viewer asks for by address or key is not offered either", async () => {
  const member = await newMember(platform, owner, "Vic", "viewer");
  const { page } = await openPage(browser, platform.url);
  await page.context().addCookies(member.cookies);
  await page.goto("/batches/new");
  await page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
  await page.goto("/runs?start=math-tutor");
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.keyboard.press("n");
  await page.keyboard.press("Control+k");
  const search = page.getByPlaceholder("Go to a page");
  await search.fill("runs");
  const place = page.getByRole("dialog").getByText("Go to Runs");
  await place.waitFor();
  await search.fill("start a run");
  await place.waitFor({ state: "detached" });
  expect(await page.getByText("Start a run").count()).toBe(0);
}, 60_000);

test("a tab acts where its address says, and links keep it", async () => {
  await owner.client.organisations.create({ id: "acme", name: "Acme" });
  const { page } = await openPage(browser, platform.url);
  await page.context().addCookies(owner.cookies);
  await page.goto("/?org=acme&env=dev");
  await page.getByRole("button", { name: /Acme *Development/ }).waitFor();
  await page.getByRole("link", { name: "Batches", exact: true }).click();
  await page.getByRole("heading", { name: "No batches yet" }).waitFor();
  expect(page.url()).toContain("org=acme&env=dev");
  await page.getByRole("button", { name: /Acme *Development/ }).click();
  await page.getByRole("dialog").getByText("Production", { exact: true }).click();
  await page.getByRole("button", { name: /Acme *Production/ }).waitFor();
}, 60_000);
