import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BatchProgress } from "@flotilla/core";
import { startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, command } from "../batch.ts";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet } from "../start-fleet.ts";

const workers = 3;
const batchMs = 3_000;
const usage = { inputTokens: 20, outputTokens: 100 };
const price = { input: 1_000_000, output: 10_000_000 };
/** At the price of the batch endpoint. */
const callMicros = 510;

/**
 * Rows that can wait, twice as many as their budget pays for: no more are handed to the provider's batch endpoint
 * than the budget has room for at worst, also when a worker is killed meanwhile. The budget is not overshot by more
 * than one call; raised, everything goes on to its end.
 */
export const economyBudget: Claim = {
  name: "economy-budget",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 2_000 : 60;
    const limitMicros = (rows / 2) * callMicros + Math.floor(callMicros / 2);
    const models = [`paid?of=script&price=${price.input}:${price.output}`];
    const simulator = await startSimulator({ batchMs, models });
    proof.finally(() => simulator.stop());
    const config = {
      providers: { outside: { kind: "simulated", baseURL: simulator.url } },
      prices: { "outside/paid": price },
    };
    const fleet = await startFleet(proof, { env: {}, config }, { workers, concurrency: 50 });
    const { client } = fleet.platform;
    const settings = { maxOutputTokens: usage.outputTokens };
    await applyAgent(fleet.platform, { name: "patient", model: "outside/paid", settings });
    const wanted = { level: "agent", name: "patient", period: "total" } as const;
    const { id } = await client.budgets.set({ ...wanted, limitUsd: limitMicros / 1_000_000 });

    const file = join(proof.folder, "rows.jsonl");
    const script = JSON.stringify({ turns: [{ text: "done", usage }] });
    await writeFile(file, `${JSON.stringify({ script })}\n`.repeat(rows));
    const options = ["--template", "{{script}}", "--concurrency", "100", "--economy"];
    const args = ["batch", "run", "patient", file, ...options, "--detach", "--json"];
    const { stdout } = await command(fleet.platform, ...args);
    const batchId = (JSON.parse(stdout) as BatchProgress).id;

    await eventually({ what: "rows to wait", timeoutMs: 60_000, everyMs: 20 }, async () => {
      const { counts } = await client.batches.get(batchId);
      return counts.waiting > rows / 4 || undefined;
    });
    fleet.workers[0]?.process.kill("SIGKILL");
    proof.tell("one worker is dead");
    await eventually({ what: "the budget to be spent", timeoutMs: 180_000 }, async () => {
      const { counts } = await client.batches.get(batchId);
      const { state } = await client.budgets.get(id);
      return (state === "spent" && counts.running === 0) || undefined;
    });

    const { spentMicros } = await client.budgets.get(id);
    const bill = await simulator.bill();
    proof.figure("limitMicros", limitMicros);
    proof.equals("spentMicros", spentMicros, bill.micros);
    proof.equals("billedInTheBatch", bill.by.batch?.requests ?? 0, bill.requests);
    proof.figure("overshotMicros", Math.max(0, spentMicros - limitMicros));
    proof.holds(spentMicros >= limitMicros, "the budget was not spent to its end");
    proof.holds(spentMicros < limitMicros + callMicros, "it was overshot by more than one call");

    await client.budgets.set({ ...wanted, limitUsd: 1_000 });
    const ended = await batchEnd(fleet.platform, batchId, 300_000);
    proof.equals("completed", ended.counts.completed, rows);
    proof.equals("billedInTheEnd", (await simulator.bill()).micros, rows * callMicros);
    proof.equals("microsOfTheBatch", ended.costMicros, rows * callMicros);
  },
};
