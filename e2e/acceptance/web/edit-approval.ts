import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { readJsonLines } from "../word-problems.ts";
import { openStage, patienceMs } from "./open-stage.ts";

const asked = { to: "Bremen", amount: 100, lines: [{ text: "rope", count: 2 }] };
/** What a person makes of it, with letters that a careless way would change. */
const edited = {
  to: "Köln “süd” \\ 🚢",
  amount: 99.5,
  lines: [
    { text: "rope", count: 2 },
    { text: "<b>tar</b>", count: 1 },
  ],
};

/** A call is approved with other arguments in the inbox: the tool is called once, with exactly these. */
export const editApproval: Claim = {
  name: "edit-approval",
  async prove(proof) {
    const { platform, page, witnessed } = await openStage(proof);
    const { client } = platform;
    await client.agents.apply({
      name: "clerk",
      model: "simulated/script",
      tools: ["witness"],
      approvals: ["witness"],
    });
    const turns = [{ calls: [{ tool: "witness", input: asked }] }, { text: "Done." }];
    const { runId } = await client.runs.start({
      agent: "clerk",
      input: { text: JSON.stringify({ turns }) },
    });
    await approveEdited(page);
    const run = await eventually({ what: "the run ends", timeoutMs: patienceMs }, async () => {
      const now = await client.runs.get(runId);
      return now.status === "completed" ? now : undefined;
    });
    const received = existsSync(witnessed) ? await readJsonLines(witnessed) : [];
    proof.equals("calls", received.length, 1);
    proof.equals("received", JSON.stringify(received[0] ?? null), JSON.stringify(edited));
    const step = run.steps.find((one) => one.kind === "tool");
    const kept = step?.kind === "tool" ? step : undefined;
    proof.holds(
      JSON.stringify(kept?.proposed?.input) === JSON.stringify(asked),
      `the journal does not say what was asked for: ${JSON.stringify(kept?.proposed ?? null)}`,
    );
  },
};

async function approveEdited(page: Page): Promise<void> {
  await page.goto("/inbox");
  const panel = page.getByRole("region", { name: "Your answer is needed" });
  await panel.getByRole("button", { name: "Edit", exact: true }).click();
  await panel
    .getByRole("textbox", { name: "Arguments, as JSON" })
    .fill(JSON.stringify(edited, null, 2));
  await panel.getByRole("group", { name: "What is changed" }).getByText("99.5").waitFor();
  await panel.getByRole("button", { name: "Approve as edited" }).click();
  // It is gone from sight before the server has said so.
  await page.getByRole("heading", { name: "Nothing waits for anybody" }).waitFor();
}
