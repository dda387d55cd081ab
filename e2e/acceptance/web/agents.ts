import { agentSpecSchema, isTerminal, type AgentSpec } from "@flotilla/core";
import type { Page } from "playwright-core";
import { parse } from "yaml";
import { openBrowser } from "../../web/open-browser.ts";
import { openWindow } from "../../web/open-window.ts";
import { shown } from "../../web/walk-app.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { furnished } from "./furnished.ts";

const patienceMs = 60_000;
const name = "made-by-hand";
const turns = [
  { calls: [{ tool: "calculator", input: { expression: "6 * 7" } }] },
  { text: "{{results}}" },
];
const beginning = `# It reckons.
name: ${name}
model: north/script # plays what it is told
instructions: '${JSON.stringify({ turns })}'
`;

/**
 * What the builder shows and what the text says are the same definition, whichever of them is changed; the draft runs
 * before it is saved, what is saved is what was written, and it runs.
 */
export const agents: Claim = {
  name: "agents",
  async prove(proof) {
    const [{ platform, owner }, browser] = await Promise.all([furnished(proof), openBrowser()]);
    proof.finally(() => browser.close());
    const context = await openWindow(browser, platform.url, { cookies: owner.cookies });
    const page = await context.newPage();
    await page.goto("/agents/new?view=canvas");
    await shown(page);
    await rewrite(page, beginning);
    await page.getByText("List", { exact: true }).click();
    proof.tell("building");
    const steps = await build(page, proof);
    proof.figure("changes", steps);
    proof.tell("trying the draft");
    proof.equals("draftAnswered", await tryDraft(page), "completed");
    await page.getByText("YAML", { exact: true }).click();
    const written = await specOf(page);
    await page.getByRole("button", { name: "Create the agent" }).click();
    await page.getByRole("heading", { name: `Edit ${name}` }).waitFor();
    const kept = eventually({ what: "the text", timeoutMs: patienceMs }, async () =>
      (await textOf(page)).startsWith("# It reckons.") ? true : undefined,
    );
    proof.holds(await kept.catch(() => false), "a comment was lost");
    const saved = await owner.client.agents.get(name);
    proof.equals("savedVersion", saved.version, 1);
    const isSame = JSON.stringify(saved.spec) === JSON.stringify(written);
    proof.holds(isSame, "what is saved is not what the text said");
    const { runId } = await owner.client.runs.start({ agent: name, input: { text: "go" } });
    const run = await eventually({ what: "the run's end", timeoutMs: patienceMs }, async () => {
      const now = await owner.client.runs.get(runId);
      return isTerminal(now.status) ? now : undefined;
    });
    const output = run.status === "completed" ? JSON.stringify(run.output) : run.status;
    proof.figure("output", output);
    proof.holds(output.includes("42"), `the saved agent came to ${output}`);
  },
};

/** Changes the agent in one of the two and looks for it in the other; tells how often. */
async function build(page: Page, proof: Proof): Promise<number> {
  const changes: [what: string, make: () => Promise<unknown>, is: (spec: AgentSpec) => boolean][] =
    [
      ["a tool", () => pick(page, "Add a tool", "calculator"), (is) => is.tools.length === 1],
      [
        "a worker",
        () => pick(page, "Add a worker", "source-reader"),
        ({ team }) => team?.workers[0] === "source-reader",
      ],
      [
        "a second tool",
        () => pick(page, "Add a tool", "artifact_read"),
        (is) => is.tools.length === 2,
      ],
      [
        "a removal",
        () => page.getByRole("button", { name: "Remove artifact_read" }).first().click(),
        ({ tools }) => tools.join() === "calculator",
      ],
      [
        "a route",
        () => pick(page, "Route or model", "route/careful"),
        (is) => is.model === "route/careful",
      ],
      [
        "the text",
        async () =>
          rewrite(page, `${beginning}tools: [calculator]\nteam: { workers: [source-reader] }\n`),
        ({ model }) => model === "north/script",
      ],
    ];
  for (const [what, make, is] of changes) {
    await make();
    const spec = await eventually({ what: `${what} in both`, timeoutMs: patienceMs }, async () => {
      const now = await specOf(page);
      const parts = (await partsOf(page)).join(" ");
      return is(now) && parts === expectedParts(now).join(" ") ? now : undefined;
    }).catch(() => undefined);
    proof.holds(spec !== undefined, `${what} was not the same in the builder and the text`);
  }
  return changes.length;
}

/** The parts of a definition, without the targets of a route, which are the platform's. */
function expectedParts({ name: own, model, tools, team }: AgentSpec): string[] {
  const { workers = [], handoffs = [] } = team ?? {};
  return [model, own, "Approvals", ...tools, ...workers, ...handoffs];
}

async function partsOf(page: Page): Promise<string[]> {
  const list = page.getByRole("list", { name: "Parts of the agent" });
  const parts = await list.getByRole("listitem").allInnerTexts();
  return parts
    .map((text) => text.split("\n"))
    .filter(([kind]) => kind !== "Target of the route")
    .map(([, part = ""]) => part);
}

async function tryDraft(page: Page): Promise<string> {
  await page.getByText("Test", { exact: true }).click();
  await page.getByRole("textbox", { name: "Input" }).fill("go");
  await page.keyboard.press("Control+Enter");
  const answer = page.getByRole("region", { name: "What the draft answers" });
  await answer.getByText(/calculator\(/).waitFor();
  const end = answer.getByText(/^(completed|failed|cancelled)$/);
  await end.waitFor();
  return end.innerText();
}

async function pick(page: Page, label: string, choice: string): Promise<void> {
  await page.getByRole("combobox", { name: label }).fill(choice);
  await page.getByRole("option", { name: choice, exact: true }).click();
}

async function rewrite(page: Page, text: string): Promise<void> {
  await editorOf(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

const editorOf = (page: Page) => page.getByRole("textbox", { name: "Definition as YAML" });
const textOf = async (page: Page) =>
  (await editorOf(page).locator(".cm-line").allInnerTexts()).join("\n");
const specOf = async (page: Page) => agentSpecSchema.parse(parse(await textOf(page)));
