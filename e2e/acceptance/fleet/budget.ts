import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BatchProgress } from "@flotilla/core";
import { startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, command } from "../batch.ts";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet } from "../start-fleet.ts";

const workers = 3;
/** 20 in and 100 out: the most that is expected of a call. */
const usage = { inputTokens: 20, outputTokens: 100 };
const price = { input: 1_000_000, output: 10_000_000 };
const callMicros = 1_020;

/**
 * Three workers with many runs each share a small budget, and one of them is killed on the way. The
 * budget is not overshot by more than one call; raised, everything goes on to its end.
 */
export const budget: Claim = {
  name: "budget",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const rows = isFull ? 3_000 : 120;
    const limitMicros = (rows / 2) * callMicros + Math.floor(callMicros / 2);
    const simulator = await startSimulator({
      latencyMs: 200,
      jitter: 0.5,
      models: [`paid?of=script&price=${price.input}:${price.output}`],
    });
    proof.finally(() => simulator.stop());
    const config = {
      providers: { outside: { kind: "simulated", baseURL: simulator.url } },
      prices: { "outside/paid": price },
    };
    const concurrency = isFull ? 200 : 20;
    const fleet = await startFleet(proof, { env: {}, config }, { workers, concurrency });
    const { platform } = fleet;
    const settings = { maxOutputTokens: usage.outputTokens };
    await applyAgent(platform, { name: "spender", model: "outside/paid", settings });
    const wanted = { level: "agent", name: "spender", period: "total" } as const;
    const { id } = await platform.client.budgets.set({
      ...wanted,
      limitUsd: limitMicros / 1_000_000,
    });

    const file = join(proof.folder, "rows.jsonl");
    const script = JSON.stringify({ turns: [{ text: "done", usage }] });
    await writeFile(file, `${JSON.stringify({ script })}\n`.repeat(rows));
    const options = ["--template", "{{script}}", "--concurrency", String(workers * concurrency)];
    const args = ["batch", "run", "spender", file, ...options, "--detach", "--json"];
    const { stdout } = await command(platform, ...args);
    const batchId = (JSON.parse(stdout) as BatchProgress).id;

    await eventually({ what: "a third to be spent", timeoutMs: 120_000, everyMs: 20 }, async () => {
      const { spentMicros } = await platform.client.budgets.get(id);
      return spentMicros > limitMicros / 3 || undefined;
    });
    fleet.workers[0]?.process.kill("SIGKILL");
    proof.tell("one worker is dead");
    await eventually({ what: "the budget to stop it", timeoutMs: 180_000 }, async () => {
      const { counts } = await platform.client.batches.get(batchId);
      const { state } = await platform.client.budgets.get(id);
      return (state === "spent" && counts.running === 0) || undefined;
    });

    const { spentMicros } = await platform.client.budgets.get(id);
    proof.figure("limitMicros", limitMicros);
    proof.figure("spentMicros", spentMicros);
    proof.figure("billedMicros", (await simulator.bill()).micros);
    proof.figure("overshotMicros", Math.max(0, spentMicros - limitMicros));
    proof.holds(spentMicros >= limitMicros, "the budget was not spent to its end");
    proof.holds(spentMicros < limitMicros + callMicros, "it was overshot by more than one call");

    await platform.client.budgets.set({ ...wanted, limitUsd: 1_000 });
    const ended = await batchEnd(platform, batchId, 300_000);
    proof.equals("completed", ended.counts.completed, rows);
    const { totals } = await platform.client.costs({ agent: "spender" });
    proof.equals("microsOfTheBatch", ended.costMicros, totals.costMicros);
  },
};
