import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { signalProcess } from "../../command.ts";
import { startPlatform } from "../../platform.ts";
import { startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, batchResults, command } from "../batch.ts";
import type { BatchProgress } from "@flotilla/core";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { modelSteps, readHistories } from "../history.ts";

const batchMs = 4_000;

/**
 * A batch that can wait goes through the provider's batch endpoint: the worker is killed on the way,
 * some calls fail there, and still every row has its answer, each paid for once, at half the price.
 */
export const economy: Claim = {
  name: "economy",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 2_000 : 60;
    const simulator = await startSimulator({ batchMs });
    proof.finally(() => simulator.stop());
    const provider = { kind: "simulated", format: "anthropic", baseURL: simulator.url };
    const platform = await startPlatform({ config: { providers: { eco: provider } } });
    proof.finally(() => platform.stop());
    await applyAgent(platform, { name: "eco", model: "eco/script", retry: { baseMs: 10 } });
    const file = join(proof.folder, "rows.jsonl");
    await writeFile(file, Array.from({ length: rows }, (_, row) => rowOf(row)).join("\n"));
    const settings = ["--template", "{{script}}", "--economy", "--detach", "--json"];
    const { stdout } = await command(platform, "batch", "run", "eco", file, ...settings);
    const { id } = JSON.parse(stdout) as BatchProgress;

    await eventually({ what: "rows to wait for the provider", timeoutMs: 60_000 }, async () => {
      const { counts } = await platform.client.batches.get(id);
      return counts.waiting > rows / 2 || undefined;
    });
    for (const pid of platform.workerPids()) signalProcess(pid, "SIGKILL");
    proof.tell("killed the worker");
    const ended = await batchEnd(platform, id, 300_000);

    const results = await batchResults(platform, id);
    proof.equals("completed", ended.counts.completed, rows);
    const wrong = results.filter(({ row, output }) => output !== answerOf(row - 1));
    proof.equals("wrongAnswers", wrong.length, 0);
    const steps = (await readHistories(platform.client, id)).flatMap(({ run }) => modelSteps(run));
    const economical = steps.filter(({ priced }) => priced === "provider_batch").length;
    proof.equals("throughTheBatchEndpoint", economical, rows - failing(rows));
    const bill = await simulator.bill();
    const batchBill = bill.by.batch ?? { requests: 0, micros: 0 };
    proof.equals("billedInTheBatch", batchBill.requests, economical);
    const batchCost = steps
      .filter(({ priced }) => priced === "provider_batch")
      .reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0);
    proof.equals("batchMicros", batchCost, batchBill.micros);
  },
};

/** Every twentieth call fails in the batch, and passes when it is asked the usual way. */
const failsEvery = 20;

function failing(rows: number): number {
  return Math.floor(rows / failsEvery);
}

function rowOf(row: number): string {
  const fails = row % failsEvery === failsEvery - 1;
  const fault = { kind: "http", status: 500, times: 1 };
  const turn = { text: answerOf(row), ...(fails && { fault }) };
  return JSON.stringify({ script: JSON.stringify({ turns: [turn] }) });
}

function answerOf(row: number): string {
  return `The answer to question ${row} is ${row * 7}.`;
}
