import { openBrowser } from "../../web/open-browser.ts";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { speedPlatform } from "./speed-platform.ts";

const patience = { timeoutMs: 60_000 };

/** A run is forked at a call, with another result of it: what was before is reused, and the two are compared. */
export const fork: Claim = {
  name: "fork",
  async prove(proof) {
    const platform = await speedPlatform();
    const { client } = platform;
    const call = { tool: "calculator", input: { expression: "6 * 7" } };
    const turns = [{ calls: [call] }, { text: "It is done." }];
    const input = { text: JSON.stringify({ turns }) };
    const { runId } = await client.runs.start({ agent: "caller", input });
    const ended = (id: string) =>
      eventually({ what: "the end of a run", ...patience }, async () => {
        const run = await client.runs.get(id);
        return run.status === "completed" ? run : undefined;
      });
    await ended(runId);
    const browser = await openBrowser();
    proof.finally(() => browser.close());
    const page = await browser.newPage({ baseURL: platform.url });
    page.setDefaultTimeout(60_000);
    await page.goto(`/runs/${runId}?step=c1-0`);
    await page.getByRole("button", { name: "Fork here" }).click();
    const dialog = page.getByRole("dialog", { name: "Fork the run" });
    await dialog.getByText("Results of tool calls").click();
    await dialog.getByRole("textbox", { name: "calculator c1-0" }).fill('{"result":"43"}');
    await dialog.getByRole("button", { name: "Fork", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(/^fork of/).waitFor();
    const forkId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    proof.holds(forkId !== runId, "the page still shows the run itself");
    const forked = await ended(forkId);
    const result = forked.steps.find((step) => step.kind === "tool");
    proof.equals("forkedFrom", forked.fork?.from.runId === runId, true);
    proof.equals("reusedSteps", forked.fork?.reused.steps ?? 0, 1);
    proof.equals("result", JSON.stringify(result?.output ?? null), '{"result":"43"}');
    await page.getByRole("link", { name: "compare" }).click();
    await page.getByText("changed · output").waitFor();
  },
};
