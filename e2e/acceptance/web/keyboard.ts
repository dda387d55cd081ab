import type { Client } from "@flotilla/api";
import type { Page } from "playwright-core";
import { firstOwner, type Member } from "../../web/members.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { countMouse, Keys } from "./keys.ts";
import { openStage, patienceMs } from "./open-stage.ts";

const long = Array.from({ length: 400 }, (_, index) => `word${index + 1}`).join(" ");
const playing = (...turns: object[]) => JSON.stringify({ turns });
const calling = (tool: string, input: object) => ({ calls: [{ tool, input }] });
const form = {
  kind: "schema",
  schema: { type: "object", required: ["town"], properties: { town: { type: "string" } } },
};

/**
 * By keyboard alone somebody signs in, opens the palette, goes through the inbox (approves, edits, rejects, answers a form), and
 * talks in the playground: approves a call, stops an answer, says something otherwise and rates it. The focus is always
 * somewhere, and seen.
 */
export const keyboard: Claim = {
  name: "keyboard",
  async prove(proof) {
    const { platform, page } = await openStage(proof, { signIn: "required" });
    const owner = await firstOwner(platform);
    const { client } = owner;
    await client.agents.apply({
      name: "careful",
      model: "slow/script",
      tools: ["calculator", "ask_person"],
      approvals: ["calculator"],
    });
    const mouse = await countMouse(page);
    const keys = new Keys(proof, page);
    await signIn(page, keys, owner);
    await triage(proof, { page, keys, client });
    await talk({ page, keys });
    proof.equals("mouse events", await mouse(), 0);
    proof.figure("looks at the focus", keys.looked);
  },
};

async function signIn(page: Page, keys: Keys, { email, password }: Member): Promise<void> {
  await page.goto("/");
  await page.getByLabel("E-mail address").waitFor();
  await keys.tabTo(/^E-mail address/);
  await keys.type(email);
  await keys.tabTo(/^Password/);
  await keys.type(password);
  await keys.press("Enter");
  await page.getByRole("navigation").first().waitFor();
}

/** By the palette, to a page by its name. */
async function goTo(page: Page, keys: Keys, place: string, path: RegExp): Promise<void> {
  await keys.press("Control+k");
  await keys.waitFor(/^Search$/);
  await keys.type(`Go to ${place}`);
  await page.getByRole("dialog").getByText(`Go to ${place}`, { exact: true }).waitFor();
  await keys.press("Enter");
  await page.waitForURL(path);
}

interface Hands {
  page: Page;
  keys: Keys;
}

async function triage(
  proof: Proof,
  { page, keys, client }: Hands & { client: Client },
): Promise<void> {
  const start = async (...turns: object[]) => {
    const text = playing(...turns, { text: "Done." });
    const { runId } = await client.runs.start({ agent: "careful", input: { text } });
    // In this order they stand in the inbox.
    await eventually({ what: "it waits", timeoutMs: patienceMs }, async () =>
      (await client.runs.get(runId)).status === "waiting" ? true : undefined,
    );
    return runId;
  };
  const runs: string[] = [];
  for (const expression of ["1 + 1", "2 + 2", "3 + 3"]) {
    runs.push(await start(calling("calculator", { expression })));
  }
  runs.push(await start(calling("ask_person", { question: "Where to?", form })));
  await goTo(page, keys, "Inbox", /\/inbox/);
  const panel = page.getByRole("region", { name: "Your answer is needed" });
  await page.getByRole("list", { name: "What waits" }).getByRole("listitem").nth(3).waitFor();
  const expects = (text: string) => panel.getByText(text).first().waitFor();
  await expects('"expression": "1 + 1"');
  await keys.keepsFocus("the inbox is opened");
  await keys.press("a");
  await expects('"expression": "2 + 2"');
  await keys.keepsFocus("an approval");
  await keys.press("e");
  await keys.waitFor(/^Arguments/);
  await keys.press("Control+a");
  await keys.type('{"expression": "20 + 2"}');
  await keys.tabTo(/^Approve as edited/);
  await keys.press("Enter");
  await expects('"expression": "3 + 3"');
  await keys.keepsFocus("an approval with other arguments");
  await keys.press("r");
  await keys.waitFor(/^Why it is rejected/);
  await keys.type("Not today.");
  await keys.tabTo(/^Reject$/);
  await keys.press("Enter");
  await expects("Where to?");
  await keys.keepsFocus("a rejection");
  await keys.press("Enter");
  await keys.waitFor(/^town/);
  await keys.type("Kiel");
  await keys.tabTo(/^Reply$/);
  await keys.press("Enter");
  await page.getByRole("heading", { name: "Nothing waits for anybody" }).waitFor();
  await keys.keepsFocus("the last answer");
  const results = await Promise.all(runs.map((runId) => resultOf(client, runId)));
  proof.equals("triaged", JSON.stringify(results), '["2","22","failed","Kiel"]');
}

async function resultOf(client: Client, runId: string): Promise<string> {
  const what = `run ${runId} ends`;
  return eventually({ what, timeoutMs: patienceMs }, async () => {
    const { status, steps } = await client.runs.get(runId);
    if (status !== "completed") return undefined;
    const call = steps.find((step) => step.kind === "tool");
    if (call?.kind !== "tool" || call.status === "failed") return "failed";
    const output = call.output as { result?: string; town?: string };
    return output.result ?? output.town;
  });
}

async function talk({ page, keys }: Hands): Promise<void> {
  await goTo(page, keys, "Playground", /\/playground/);
  await page.getByRole("heading", { name: "Talk with an agent" }).waitFor();
  await keys.tabTo(/^Agent$/);
  await keys.type("careful");
  await page.getByRole("option", { name: "careful" }).waitFor();
  await keys.press("ArrowDown", "Enter");
  await page.waitForURL(/agent=careful/);
  await keys.tabTo(/^Say something/, "Shift+Tab");
  await keys.type(playing(calling("calculator", { expression: "6 * 7" }), { text: "It is 42." }));
  await keys.press("Enter");
  await page.waitForURL(/\/playground\/thr_/);
  await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
  await keys.keepsFocus("a message");
  await keys.tabTo(/^Approve$/, "Shift+Tab");
  await keys.press("Enter");
  await page.getByText("It is 42.", { exact: true }).waitFor();
  await keys.keepsFocus("an approval in the talk");
  await keys.tabTo(/^Go on with the conversation/);
  await keys.type(playing({ text: long }));
  await keys.press("Enter");
  await page.getByText("word20").last().waitFor();
  await keys.tabTo(/^Stop$/);
  await keys.press("Enter");
  await page.getByText("stopped by").waitFor();
  await keys.keepsFocus("an answer was stopped");
  await keys.tabTo(/^Edit and send again/, "Shift+Tab");
  await keys.press("Enter");
  await keys.waitFor(/^Say it differently/);
  await keys.press("Control+a");
  await keys.type(playing({ text: "Shorter." }));
  await keys.press("Enter");
  await page.getByText("Shorter.", { exact: true }).waitFor();
  await page.getByText("2 / 2").waitFor();
  await keys.keepsFocus("a message was said otherwise");
  await page.getByRole("button", { name: "Good" }).last().waitFor();
  await keys.tabTo(/^Good$/, "Shift+Tab");
  await keys.press("Enter");
  await page.getByText("Olga: good").waitFor();
  await keys.keepsFocus("a rating");
}
