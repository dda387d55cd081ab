import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { shown, walkTo } from "./walk-app.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;
let viewer: Member;

const math = {
  name: "math",
  description: "Answers questions of school mathematics.",
  instructions: "Use the calculator for every calculation.",
  model: "simulated/demo",
  tools: ["calculator"],
} as const;

beforeAll(async () => {
  platform = await startPlatform({ config: { signIn: "required" } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
  viewer = await newMember(platform, owner, "Vera", "viewer");
  const { agents, runs } = owner.client;
  await agents.apply({ name: "clerk", model: "simulated/demo", description: "Files papers." });
  await agents.apply({ ...math, tools: [...math.tools] }, { note: "the first" });
  await runs.start({ agent: "math", input: { text: "6 * 7" } });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function openAs(
  member: Member,
  path: string,
  options: { colorScheme?: "dark"; width?: number } = {},
) {
  const { width, ...rest } = options;
  const viewport = { width: width ?? 1440, height: 900 };
  const { page, errors } = await openPage(browser, platform.url, { ...rest, viewport });
  await page.context().addCookies(member.cookies);
  await page.goto(path);
  await shown(page);
  return { page, errors };
}

/** Where somebody wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["E2E_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

const yamlOf = (page: Page) => page.getByRole("textbox", { name: "Definition as YAML" });
const textOf = (page: Page) => yamlOf(page).innerText();

/** Writes another text in the place of what stands there. */
async function rewrite(page: Page, text: string): Promise<void> {
  await yamlOf(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

test("axe finds nothing on the pages of agents, light and dark", async () => {
  const paths = [
    "/agents",
    "/agents/math",
    "/agents/math?view=versions",
    "/agents/math?view=publish",
    "/agents/new",
    "/agents/math/edit",
    "/agents/math/edit?view=canvas",
    "/agents/math/edit?pane=test",
  ];
  for (const options of [{}, { colorScheme: "dark" }] as const) {
    const { page, errors } = await openAs(owner, "/agents", options);
    for (const path of paths) {
      await walkTo(page, path);
      const name = path.replaceAll(/[/?=]/g, "-").slice(1);
      await shoot(page, `${name}-${"colorScheme" in options ? "dark" : "light"}`);
      expect([path, await violationsOf(page)]).toEqual([path, []]);
    }
    expect(errors).toEqual([]);
  }
}, 240_000);

test("agents are found by words, with what became of their runs", async () => {
  const { page } = await openAs(owner, "/agents");
  const row = page.getByRole("row", { name: /^math / });
  await expect.poll(() => row.innerText(), soon).toContain("100%");
  await page.getByRole("textbox", { name: "Find agents" }).fill("papers");
  await row.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "clerk" }).waitFor();
  await expect.poll(() => page.url(), soon).toContain("q=papers");
}, 60_000);

test("an agent is written as fields and as text: both are one draft", async () => {
  const { page, errors } = await openAs(owner, "/agents/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("drafty");
  await expect.poll(() => textOf(page), soon).toContain("name: drafty");
  await page.getByRole("combobox", { name: "Tools" }).click();
  await page.getByRole("option", { name: /^calculator/ }).click();
  await expect.poll(() => textOf(page), soon).toContain("- calculator");
  // Comments stay.
  expect(await textOf(page)).toContain("# Each change of the form");
  await rewrite(
    page,
    "name: drafty\nmodel: simulated/demo # the cheap one\ninstructions: Be brief.\n",
  );
  const instructions = page.getByRole("textbox", { name: "Instructions" });
  await expect.poll(() => instructions.inputValue(), soon).toBe("Be brief.");
  await page.getByRole("button", { name: "Create the agent" }).click();
  await page.getByRole("heading", { name: "Edit drafty" }).waitFor();
  expect(await textOf(page)).toContain("# the cheap one");
  const { spec, createdBy } = await owner.client.agents.get("drafty");
  expect(spec).toMatchObject({ instructions: "Be brief.", tools: [] });
  expect(createdBy).toBe("Olga");
  expect(errors).toEqual([]);
}, 60_000);

test("what is wrong is said at the field and at the line, and is not saved", async () => {
  const { page } = await openAs(owner, "/agents/math/edit");
  await rewrite(page, "name: math\nmodel: simulated/demo\nlimits:\n  maxSteps: 0\n  most: 3\n");
  const problems = page.getByRole("group", { name: "Problems" });
  await problems.getByText("limits.maxSteps").waitFor();
  await problems.getByText("line 5").waitFor();
  await page.getByRole("button", { name: "Limits of one run" }).click();
  const steps = page.getByRole("textbox", { name: "Model calls" });
  await expect.poll(() => steps.getAttribute("aria-invalid"), soon).toBe("true");
  expect(await page.locator(".cm-lint-marker-error").count()).toBeGreaterThan(0);
  await shoot(page, "agents-wrong-light");
  expect(await violationsOf(page)).toEqual([]);
  expect(await page.getByRole("button", { name: "Save version 2" }).isDisabled()).toBe(true);
  // Well-formed, and yet nothing that could run.
  await rewrite(page, "name: math\nmodel: simulated/demo\ntools: [calculater]\n");
  await problems.getByText(/calculater/).waitFor();
  expect(await page.getByRole("button", { name: "Save version 2" }).isDisabled()).toBe(true);
  // Nothing of it is lost by mistake.
  await page.getByRole("link", { name: "math", exact: true }).first().click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
  await page.getByRole("button", { name: "Stay here" }).click();
  expect(await textOf(page)).toContain("calculater");
  await page.getByRole("button", { name: "Drop changes" }).click();
  await page.getByRole("link", { name: "math", exact: true }).first().click();
  await page.getByRole("heading", { name: "math", level: 1 }).waitFor();
  expect((await owner.client.agents.get("math")).version).toBe(1);
}, 90_000);

test("a version is saved with a note, compared with another, and brought back", async () => {
  await owner.client.agents.apply({
    name: "versioned",
    model: "simulated/demo",
    description: "one",
  });
  const { page } = await openAs(owner, "/agents/versioned/edit");
  await page.getByRole("textbox", { name: "Description" }).fill("two");
  await page.getByRole("textbox", { name: "What the version is for" }).fill("says two");
  await page.getByRole("button", { name: "Save version 2" }).click();
  await page.getByText("From version 2").waitFor();
  await page.goto("/agents/versioned?view=versions");
  const diff = page.getByRole("group", { name: "What version 2 changed" });
  await expect
    .poll(() => diff.innerText(), soon)
    .toMatch(/removed:\s+description: one[^]*added:\s+description: two/);
  await page.getByText("Olga: says two").waitFor();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Restore version 1" }).click();
  await page.getByText("Olga: As version 1").waitFor();
  const newest = await owner.client.agents.get("versioned");
  expect(newest).toMatchObject({ version: 3, note: "As version 1", spec: { description: "one" } });
}, 60_000);

test("whoever saves after somebody else is shown what he would have undone", async () => {
  await owner.client.agents.apply({ name: "shared", model: "simulated/demo" });
  const { page } = await openAs(owner, "/agents/shared/edit");
  await page.getByRole("textbox", { name: "Description" }).fill("mine");
  await owner.client.agents.apply(
    { name: "shared", model: "simulated/script" },
    { note: "theirs" },
  );
  await page.getByRole("button", { name: "Save version 2" }).click();
  await page.getByText("Olga saved version 2 meanwhile").waitFor();
  const diff = page.getByRole("group", { name: "What somebody else changed" });
  await expect.poll(() => diff.innerText(), soon).toMatch(/added:\s+model: simulated\/script/);
  await shoot(page, "agents-conflict-light");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: /^Keep mine/ }).click();
  await page.getByRole("button", { name: "Save version 3" }).click();
  await page.getByText("From version 3").waitFor();
  const { spec } = await owner.client.agents.get("shared");
  expect(spec).toMatchObject({ description: "mine", model: "simulated/demo" });
}, 60_000);

test("a draft is tried before it is saved, and its words come while they are made", async () => {
  const { page, errors } = await openAs(owner, "/agents/math/edit?pane=test");
  await page.getByRole("textbox", { name: "Description" }).fill("Not saved.");
  await page.getByRole("textbox", { name: "Input" }).fill("6 * 7");
  await page.keyboard.press("Control+Enter");
  const answer = page.getByRole("region", { name: "What the draft answers" });
  await answer.getByText(/calculator\(/).waitFor();
  await answer.getByText("completed", { exact: true }).waitFor();
  await expect.poll(() => answer.innerText(), soon).toMatch(/42[^]*/);
  await expect.poll(() => answer.innerText(), soon).toMatch(/\d+ tokens/);
  await shoot(page, "agents-tested-light");
  expect(await violationsOf(page)).toEqual([]);
  const { items } = await owner.client.runs.list({ agent: "math" });
  expect(items[0]?.agentVersion).toBe(0);
  expect((await owner.client.agents.get("math")).version).toBe(1);
  expect(errors).toEqual([]);
}, 60_000);

test("the builder changes the same draft: by picking, by the list, by keyboard", async () => {
  const { page, errors } = await openAs(owner, "/agents/math/edit?view=canvas");
  const pick = async (label: string, name: string) => {
    await page.getByRole("combobox", { name: label }).fill(name);
    await page.getByRole("option", { name, exact: true }).click();
  };
  await pick("Add a tool", "artifact_read");
  await expect.poll(() => textOf(page), soon).toContain("- artifact_read");
  await pick("Add a worker", "clerk");
  await expect.poll(() => textOf(page), soon).toMatch(/workers:\s+- clerk/);
  await page.getByRole("region", { name: "Worker clerk" }).getByText("Files papers.").waitFor();
  // A node of the picture leads to its fields.
  await page.getByRole("group", { name: "Tool calculator" }).click();
  const side = page.getByRole("region", { name: "Tool calculator" });
  await side.getByRole("checkbox", { name: /person is asked/ }).check();
  await expect.poll(() => textOf(page), soon).toMatch(/approvals:\s+- calculator/);
  await shoot(page, "agents-built-light");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByText("List", { exact: true }).click();
  await page.getByRole("button", { name: "Remove artifact_read" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => textOf(page), soon).not.toContain("artifact_read");
  await page.getByText("Form", { exact: true }).click();
  await page.getByRole("list", { name: "Tools of the agent" }).getByText("calculator").waitFor();
  expect(errors).toEqual([]);
}, 90_000);

test("a viewer reads agents, and is offered nothing that would be refused", async () => {
  const { page } = await openAs(viewer, "/agents/math");
  for (const name of ["Edit", "Duplicate", "Chat", "Start a run", "New batch"]) {
    expect(await page.getByRole("link", { name, exact: true }).count()).toBe(0);
  }
  await page.goto("/agents");
  await page.getByRole("link", { name: "math" }).waitFor();
  expect(await page.getByRole("link", { name: "New agent" }).count()).toBe(0);
  await page.goto("/agents/math/edit");
  await page.getByText("Your role does not include this").waitFor();
}, 60_000);

test("the editor is of use on a narrow screen", async () => {
  const { page } = await openAs(owner, "/agents/math/edit", { width: 390 });
  await shoot(page, "agents-edit-narrow");
  const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(await isWide()).toBe(false);
}, 60_000);
