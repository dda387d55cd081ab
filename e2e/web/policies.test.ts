import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await startPlatform();
  browser = await openBrowser();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const url = "https://api.example.com/pay";
const policy = {
  rules: [
    { effect: "deny" as const, tool: "http_request", note: "Only our own service." },
    {
      effect: "allow" as const,
      tool: "http_request",
      when: { args: [{ path: "$.url", hostIn: ["api.example.com"] }] },
    },
    {
      effect: "ask" as const,
      tool: "files_*",
      agent: "clerk",
      when: {
        roles: ["operator" as const],
        time: { zone: "Europe/Berlin", from: "18:00", to: "08:00" },
      },
    },
  ],
  examples: [
    {
      name: "our service",
      call: { tool: "http_request", input: { url } },
      expect: "allow" as const,
    },
  ],
};

beforeEach(async () => {
  await platform.client.toolPolicy.apply({ ...policy, comment: "Our own service alone" });
});

async function openPolicies(view?: string, colorScheme?: "dark") {
  const { page, errors } = await openPage(browser, platform.url, colorScheme && { colorScheme });
  await page.goto(`/policies${view ? `?view=${view}` : ""}`);
  await page.getByRole("heading", { level: 1, name: "Policies" }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

test("axe finds nothing on any view of the policies, light and dark", async () => {
  for (const scheme of [undefined, "dark"] as const) {
    for (const view of [undefined, "try", "versions", "file"]) {
      const { page, errors } = await openPolicies(view, scheme);
      if (view === "versions")
        await page
          .getByRole("button", { name: /^Changes of/ })
          .first()
          .click();
      await shoot(page, `policies-${view ?? "rules"}-${scheme ?? "light"}`);
      expect([view, await violationsOf(page)]).toEqual([view, []]);
      expect(errors).toEqual([]);
    }
  }
}, 120_000);

/** Where somebody wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["E2E_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

test("a rule is written, told in words, changed and removed", async () => {
  const { page } = await openPolicies();
  await page.getByText("$.url has the host api.example.com").waitFor();
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Tool" }).fill("refund");
  await dialog.getByRole("button", { name: "Condition on an argument" }).click();
  await dialog.getByRole("textbox", { name: "Path of condition 1" }).fill("$.amount");
  await dialog.getByRole("combobox", { name: "Test of condition 1" }).click();
  await page.getByRole("option", { name: "greaterThan" }).click();
  await dialog.getByRole("textbox", { name: "Value of condition 1" }).fill("100");
  await shoot(page, "policies-form-light");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Add the rule" }).click();
  await page.getByText("$.amount > 100").waitFor();

  await page.getByRole("button", { name: "Change: ask refund" }).click();
  await dialog.getByText("YAML", { exact: true }).click();
  const text = dialog.getByRole("textbox", { name: "Conditions" });
  expect(await text.inputValue()).toContain("greaterThan: 100");
  await text.fill("roles: [nobody]");
  await dialog.getByText(/^roles\.0: /).waitFor();
  expect(await dialog.getByRole("button", { name: "Save the rule" }).isDisabled()).toBe(true);
  await text.fill("cost: { overUsd: 5 }");
  await dialog.getByRole("button", { name: "Save the rule" }).click();
  await page.getByText("the run has spent more than $5").waitFor();

  await page.getByRole("button", { name: "Remove: ask refund" }).click();
  await dialog.getByRole("button", { name: "Remove: ask refund" }).click();
  await page.getByText("the run has spent more than $5").waitFor({ state: "detached" });
}, 60_000);

test("a rule that breaks an example is not saved, and the page says which", async () => {
  const { page } = await openPolicies();
  await page.getByRole("button", { name: "Change: allow http_request" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("switch", { name: "In force" }).uncheck({ force: true });
  await dialog.getByRole("button", { name: "Save the rule" }).click();
  await dialog.getByText(/our service expects allow, and got deny/).waitFor();
  const { rules } = await platform.client.toolPolicy.get();
  expect(rules.map(({ enabled }) => enabled)).toEqual([true, true, true]);
}, 60_000);

test("what would become of a call is told with the rules that do not hold", async () => {
  const { page } = await openPolicies("try");
  await page.getByRole("combobox", { name: "Tool" }).click();
  await page.getByRole("option", { name: "http_request" }).click();
  await page.getByRole("textbox", { name: "Input" }).fill('{"url": "https://evil.test/"}');
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Ask" }).click();
  const trace = page.getByRole("table", { name: /the most specific first/ });
  await trace.getByRole("row", { name: /allow.*does not hold.*not so: \$\.url/ }).waitFor();
  await trace.getByRole("row", { name: /deny decides/ }).waitFor();
  await shoot(page, "policies-verdict-light");
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("a version is looked at, and gone back to", async () => {
  const before = await platform.client.toolPolicy.get();
  await platform.client.toolPolicy.apply({ rules: [], comment: "Everything goes" });
  const { page } = await openPolicies("versions");
  await page.getByRole("button", { name: `Changes of version ${before.version + 1}` }).click();
  const changes = page.getByRole("group", { name: "Changes" });
  await changes.getByText("Only our own service.").waitFor();
  const name = `Go back to version ${before.version}`;
  await page.getByRole("button", { name }).click();
  await page.getByRole("dialog").getByRole("button", { name }).click();
  await page
    .getByRole("cell", { name: `Back to version ${before.version}`, exact: true })
    .waitFor();
  const rules = async () => (await platform.client.toolPolicy.get()).rules.length;
  await expect.poll(rules, soon).toBe(before.rules.length);
}, 60_000);

test("the file is tried, held against real runs, and applied", async () => {
  const { page } = await openPolicies("file");
  const file = page.getByRole("textbox", { name: "Policy file" });
  await page.getByRole("button", { name: "Test the examples" }).click();
  await page.getByText("The example holds.").waitFor();
  const text = await file.inputValue();
  await file.fill(text.replaceAll("effect: allow", "effect: deny"));
  await page.getByRole("button", { name: "Test the examples" }).click();
  await page.getByText(/our service expects allow, and got deny/).waitFor();
  await page.getByRole("button", { name: "Preview on the newest runs" }).click();
  await page.getByText(/Nothing would change: 0 calls/).waitFor();
  await file.fill("rules:\n  - effect: maybe\n    tool: x\n");
  await page.getByRole("button", { name: "Test the examples" }).click();
  await page.getByText(/rules\.0\.effect/).waitFor();
  await file.fill("rules:\n  - effect: ask\n    tool: calculator\n");
  await page
    .getByRole("textbox", { name: "What is changed, and why" })
    .fill("Sums are asked about");
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  const rules = async () => (await platform.client.toolPolicy.get()).rules.map(({ tool }) => tool);
  await expect.poll(rules, soon).toEqual(["calculator"]);
}, 60_000);

test("what a rule has decided is told beside it", async () => {
  const { client } = platform;
  const calls = [{ tool: "http_request", input: { url: "https://elsewhere.example.com/" } }];
  const instructions = JSON.stringify({ turns: [{ calls }, { text: "done" }] });
  const tools = ["http_request"];
  await client.agents.apply({ name: "caller", model: "simulated/script", instructions, tools });
  const { rules } = await client.toolPolicy.get();
  const denying = rules.find(({ effect }) => effect === "deny")?.id;
  await client.runs.start({ agent: "caller", input: { text: "go" } });
  const denied = async () =>
    (await client.toolRules.hits()).items.find(({ ruleId }) => ruleId === denying)?.denied;
  await expect.poll(denied, soon).toBe(1);
  const { page } = await openPolicies();
  const table = page.getByRole("table", { name: "Tool rules" });
  await table.getByRole("row", { name: /^deny http_request .* 1 denied/ }).waitFor();
  await table.getByRole("row", { name: /^ask files_\* .* none/ }).waitFor();
}, 60_000);
