import type { Client } from "@flotilla/api";
import type { Page } from "playwright-core";
import { watchText, type WatchedText } from "../../web/watch-text.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { openStage, patienceMs, type Stage } from "./open-stage.ts";

/** Some seconds of writing. */
const words = Array.from({ length: 360 }, (_, index) => `word${index + 1}`).join(" ");
const text = JSON.stringify({
  turns: [{ calls: [{ tool: "calculator", input: { expression: "6 * 7" } }] }, { text: words }],
});
/** Characters on screen before it is killed. */
const begun = 150;
const inTalk = "[data-part=words]";

interface Shown {
  page: Page;
  name: string;
  text: WatchedText;
}

/**
 * The server is killed while its stream is on screen in the page of a run, in the playground, and in a second tab of it, and
 * started again on the same port: each shows exactly the model's text in the end, nothing lost and nothing twice, and nobody
 * loaded a page again.
 */
export const killServer: Claim = {
  name: "kill-server",
  async prove(proof) {
    const stage = await openStage(proof);
    const { platform, context, page } = stage;
    await platform.client.agents.apply({
      name: "writer",
      model: "slow/script",
      tools: ["calculator"],
      approvals: ["calculator"],
    });
    const thread = await platform.client.threads.create({ agent: "writer" });
    const { runId } = await platform.client.threads.send(thread.id, { text });
    const pages = [
      await show(page, "run", `/runs/${runId}?step=m2`),
      await show(await context.newPage(), "playground", `/playground/${thread.id}`, inTalk),
      await show(await context.newPage(), "second tab", `/playground/${thread.id}`, inTalk),
    ];
    // It begins to write once every page looks at it.
    for (const shown of pages) {
      await shown.page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    }
    await approve(platform.client, runId);
    const kills = Math.min(4, proof.scale.kills);
    for (let kill = 1; kill <= kills; kill += 1) await killAndRestart(proof, stage, pages, kill);
    await eventually({ what: "the run ends", timeoutMs: patienceMs }, async () =>
      (await platform.client.runs.get(runId)).status === "completed" ? true : undefined,
    );
    for (const shown of pages) await check(proof, shown);
    proof.figure("kills", kills);
    proof.figure("characters", words.length);
  },
};

async function approve(client: Client, runId: string): Promise<void> {
  const { interrupts } = await client.runs.get(runId);
  const [asked] = interrupts;
  if (asked?.kind !== "approval") throw new Error("The run asks for no approval.");
  await client.interrupts.answer(runId, asked.interruptId, { action: "approve", hash: asked.hash });
}

async function show(page: Page, name: string, path: string, selector?: string): Promise<Shown> {
  await page.goto(path);
  await page.evaluate(() => Object.assign(globalThis, { isFirstLoad: true }));
  return { page, name, text: await watchText(page, selector) };
}

/** Once every page shows text of the stream as it is since the kill before. */
async function killAndRestart(
  proof: Proof,
  { platform }: Stage,
  pages: readonly Shown[],
  kill: number,
): Promise<void> {
  for (const { name, text: shown } of pages) {
    await eventually(
      { what: `${name} shows the text, before kill ${kill}`, timeoutMs: patienceMs },
      async () => {
        const { length } = await shown.now();
        return length >= begun && length < words.length ? true : undefined;
      },
    );
  }
  platform.kill("SIGKILL");
  for (const { page } of pages) {
    await page.getByText("The connection to Flotilla is lost").waitFor();
  }
  proof.tell(`kill ${kill}`);
  await platform.restart();
  for (const { page } of pages) {
    await page.getByText("The connection to Flotilla is lost").waitFor({ state: "hidden" });
  }
}

async function check(proof: Proof, { page, name, text: shown }: Shown): Promise<void> {
  await eventually({ what: `${name} shows the whole text`, timeoutMs: patienceMs }, async () =>
    (await shown.now()) === words ? true : undefined,
  ).catch(() => undefined);
  proof.equals(`${name}, exact`, (await shown.now()) === words, true);
  proof.equals(`${name}, strayed`, (await shown.strayed(words)).length, 0);
  const isFirst = await page.evaluate(() => "isFirstLoad" in globalThis);
  proof.equals(`${name}, loaded once`, isFirst, true);
}
