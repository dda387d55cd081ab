import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { finalAnswer } from "../../../packages/models/test/gsm8k.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import {
  applyAgent,
  batchArguments,
  batchEnd,
  batchResults,
  command,
  startBatch,
  toResults,
  type Result,
} from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { readHistories, toolSteps } from "../history.ts";
import { MemoryWatch } from "../memory-watch.ts";
import { prepareWordProblems, type Expected } from "../word-problems.ts";

const concurrency = 100;
const batchTimeoutMs = 600_000;
const mostMegabytes = 500;
const mostGrowth = 1.25;

/**
 * The word problems on recordings of four models: every row runs, with real calculator calls in
 * between, and the exported results have the accuracy that was published for each model.
 */
export const gsm8k: Claim = {
  name: "gsm8k",
  async prove(proof) {
    const problems = await prepareWordProblems(proof.scale, proof.folder);
    const platform = await startPlatform({ env: { FLOTILLA_RECORDINGS: problems.recordings } });
    proof.finally(() => platform.stop());
    const memory = new MemoryWatch(() => platform.workerPids());
    const accuracies: Record<string, string> = {};
    for (const model of problems.models) {
      const agent = model.replaceAll("_", "-");
      await applyAgent(platform, {
        name: agent,
        model: `recorded/${model}`,
        tools: ["calculator"],
      });
      const order = { agent, rows: problems.rows, concurrency };
      const isLast = model === problems.models.at(-1);
      const started = Date.now();
      const { batchId, results } = isLast
        ? await runInForeground(proof, platform, order)
        : await runDetached(platform, order);
      proof.tell(`${model}: ${results.length} rows in ${(Date.now() - started) / 1_000} s`);
      const expected = problems.expected(model);
      accuracies[model] = checkAccuracy(proof, model, results, expected);
      if (isLast) await checkJournals(proof, platform, batchId, expected);
    }
    memory.end();
    proof.figure("accuracies", accuracies);
    checkMemory(proof, memory);
  },
};

type Order = Parameters<typeof batchArguments>[0];

async function runDetached(platform: Platform, order: Order) {
  const batchId = await startBatch(platform, order);
  await batchEnd(platform, batchId, batchTimeoutMs);
  return { batchId, results: await batchResults(platform, batchId) };
}

/** `batch run` waits for the end and leaves the results in a file. */
async function runInForeground(proof: Proof, platform: Platform, order: Order) {
  const out = join(proof.folder, "results.jsonl");
  await command(platform, ...batchArguments(order), "--out", out);
  const { items } = await platform.client.batches.list({ limit: 1 });
  const batchId = items[0]?.id ?? "";
  return { batchId, results: toResults(await readFile(out, "utf8")) };
}

/** Held against the judgement published with each solution, row by row. */
function checkAccuracy(
  proof: Proof,
  model: string,
  results: Result[],
  expected: Expected[],
): string {
  const byRow = new Map(results.map((result) => [result.row, result]));
  proof.holds(
    byRow.size === expected.length && results.length === expected.length,
    `${model}: ${results.length} results for ${expected.length} rows`,
  );
  let correct = 0;
  let asPublished = 0;
  for (const [index, { answer, isCorrect }] of expected.entries()) {
    const output = byRow.get(index + 1)?.output ?? "";
    const isRight = finalAnswer(output) === answer;
    if (isRight) correct++;
    if (isRight === isCorrect) asPublished++;
  }
  proof.holds(
    asPublished === expected.length,
    `${model}: ${expected.length - asPublished} rows are judged otherwise than published`,
  );
  const percent = ((correct / expected.length) * 100).toFixed(2);
  return `${correct} of ${expected.length} (${percent} %)`;
}

async function checkJournals(
  proof: Proof,
  platform: Platform,
  batchId: string,
  expected: Expected[],
): Promise<void> {
  const histories = await readHistories(platform.client, batchId);
  proof.equals("runs", histories.length, expected.length);
  const calls = histories.flatMap(({ run }) => toolSteps(run));
  const done = calls.filter(({ tool, status }) => tool === "calculator" && status === "done");
  const wanted = expected.reduce((sum, { toolCalls }) => sum + toolCalls, 0);
  proof.equals("calculatorCalls", calls.length, wanted);
  proof.figure("calculatorCallsDone", done.length);
  proof.figure("calculatorCallsPerRun", Math.round((done.length / histories.length) * 100) / 100);
}

function checkMemory(proof: Proof, memory: MemoryWatch): void {
  const { firstHalf, secondHalf } = memory.highest();
  proof.atMost("workerMegabytes", Math.max(firstHalf, secondHalf), mostMegabytes);
  proof.figure("workerMegabytesByHalf", [firstHalf, secondHalf]);
  const growth = Math.round((secondHalf / firstHalf) * 100) / 100;
  proof.atMost("workerMemoryGrowth", growth, mostGrowth);
}
