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
  await platform.client.agents.apply({ name: "reporter", model: "simulated/demo" });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const berlin = { timezoneId: "Europe/Berlin" };

test("a schedule is written with its next times before one's eyes, and made by keyboard", async () => {
  const { page, errors } = await openPage(browser, platform.url, berlin);
  await page.goto("/schedules");
  await page.getByText("No schedules yet").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "New schedule" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New schedule" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("nightly");
  const pattern = dialog.getByRole("textbox", { name: "Cron pattern" });
  await pattern.fill("61 3 * * *");
  await dialog.getByText(/The cron pattern "61 3 \* \* \*" cannot be read/).waitFor();
  await pattern.fill("30 3 1 JAN *");
  const times = dialog.getByRole("table", { name: "Next due times" });
  await times
    .getByRole("cell", { name: /^1 Jan \d+, 03:30 \+01:00$/ })
    .first()
    .waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("textbox", { name: "Input" }).fill("Report of {{schedule.date}}");
  await page.keyboard.press("Tab");
  await dialog.getByRole("button", { name: "Create" }).press("Enter");
  await dialog.getByText("Choose one", { exact: true }).last().waitFor();
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "reporter" }).click();
  await dialog.getByRole("button", { name: "Create" }).press("Enter");
  await page.getByRole("heading", { name: "nightly" }).waitFor();
  const made = await platform.client.schedules.get("nightly");
  expect(made.spec).toMatchObject({
    when: { cron: "30 3 1 JAN *" },
    timeZone: "Europe/Berlin",
    start: { kind: "run", agent: "reporter", input: { text: "Report of {{schedule.date}}" } },
  });
  expect(errors).toEqual([]);
}, 120_000);

test("it starts now, fills up what is past, is paused and changed; its history says what became of each", async () => {
  await platform.client.schedules.apply({
    name: "daily",
    when: { cron: "@daily" },
    start: { kind: "run", agent: "reporter", input: { text: "q" } },
    overlap: "parallel",
  });
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto("/schedules/daily");
  await page.getByText("Nothing was due yet").waitFor();
  await page.getByRole("button", { name: "Start now" }).click();
  const history = page.getByRole("table", { name: "History" });
  await history.getByRole("row", { name: /completed by hand run_/ }).waitFor();

  await page.getByRole("button", { name: "Backfill" }).click();
  const dialog = page.getByRole("dialog", { name: "Backfill a range" });
  await dialog.getByRole("textbox", { name: "From" }).fill("2026-03-01T00:00");
  await dialog.getByRole("textbox", { name: "Until" }).fill("2026-03-03T12:00");
  await dialog.getByText("3 due, 3 to start").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Backfill" }).click();
  await expect
    .poll(() => history.getByRole("row", { name: /completed backfill run_/ }).count(), soon)
    .toBe(3);

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText(/^by person, /).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Change" }).click();
  const changing = page.getByRole("dialog", { name: "Change the schedule" });
  await changing.getByText("Every so often").click();
  await changing.getByRole("textbox", { name: "Every" }).fill("6");
  await changing.getByRole("combobox", { name: "Unit" }).click();
  await page.getByRole("option", { name: "hours" }).click();
  await changing.getByRole("button", { name: "Save" }).click();
  await page.getByText("every 6 hours").first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect((await platform.client.schedules.get("daily")).spec.when).toEqual({
    everySeconds: 21_600,
  });
  expect(errors).toEqual([]);
}, 120_000);

test("the calendar shows the week's times, and leads to each schedule", async () => {
  const { page, errors } = await openPage(browser, platform.url, berlin);
  await platform.client.schedules.apply({
    name: "morning",
    when: { cron: "15 9 * * *" },
    timeZone: "Europe/Berlin",
    start: { kind: "run", agent: "reporter", input: { text: "q" } },
  });
  await page.goto("/schedules");
  await page.getByRole("row", { name: /^morning / }).waitFor();
  await page.getByText("Calendar", { exact: true }).click();
  await page.getByRole("button", { name: "A week on" }).click();
  const entry = page.getByRole("link", { name: /^morning 0?9:15/ });
  await expect.poll(() => entry.count(), soon).toBe(7);
  expect(await violationsOf(page)).toEqual([]);
  await entry.first().click();
  await page.getByRole("heading", { name: "morning" }).waitFor();
  expect(errors).toEqual([]);
}, 120_000);
