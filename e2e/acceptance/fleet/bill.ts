import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentSpecInput, BatchProgress } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, command } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";

/** By model as the simulator names it, in micro-USD per million tokens: input, output, cached, written. */
const prices = {
  large: [2_500_000, 10_000_000, 250_000, 3_125_000],
  small: [150_001, 600_007, 37_503, 150_001],
  slow: [1_000_000, 4_000_000, 1_000_000, 1_000_000],
} as const;
type ModelName = keyof typeof prices;

const formats = ["openai-chat", "openai-responses", "anthropic"] as const;
const cachedTokens = 128;
/** The slow model takes longer for its answer than a run may take: the run ends it on the way. */
const slowTokensPerSecond = 16;
const abortedSeconds = 4;
/** One delta of the simulator, in micro-USD of the slow model: what may be on its way at an abort. */
const deltaMicros = 24;

/** The sum of what was charged is the provider's own bill. */
export const bill: Claim = {
  name: "bill",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 9_600 : 180;
    const aborted = proof.scale.name === "full" ? 400 : 20;
    const simulator = await startSimulator({
      promptCache: cachedTokens,
      models: Object.entries(prices).map(([name, price]) => {
        const pace = name === "slow" ? `&tokens-per-second=${slowTokensPerSecond}` : "";
        return `${name}?of=script&price=${price.join(":")}${pace}`;
      }),
    });
    proof.finally(() => simulator.stop());
    const platform = await startPlatform({ config: configOf(simulator.url) });
    proof.finally(() => platform.stop());

    const jobs = formats.flatMap((format) =>
      (["large", "small"] as const).map((model) => ({ format, model, rows: rows / 6 })),
    );
    const batches: BatchProgress[] = [];
    for (const job of [...jobs, { format: formats[0], model: "slow" as const, rows: aborted }]) {
      batches.push(await runBatch(proof, platform, job));
    }

    const { totals } = await platform.client.costs({ by: "model" });
    const theirs = await simulator.bill();
    const theirAborted = theirs.by.aborted ?? { requests: 0, micros: 0 };
    proof.equals("calls", totals.calls, rows + aborted);
    proof.equals("billedCalls", theirs.requests, rows + aborted);
    proof.figure("cachedInputTokens", totals.cachedInputTokens);
    proof.figure("reasoningTokens", totals.reasoningTokens);
    proof.holds(totals.cachedInputTokens > 0, "nothing was cached");
    proof.holds(totals.reasoningTokens > 0, "nothing was reasoned");
    proof.equals("costIncomplete", totals.costIncomplete, false);
    const whole = totals.costMicros - totals.estimatedMicros;
    proof.equals("micros", whole, theirs.micros - theirAborted.micros);
    proof.equals("abortedCalls", totals.estimatedCalls, theirAborted.requests);
    proof.figure("abortedMicros", totals.estimatedMicros);
    proof.figure("abortedMicrosBilled", theirAborted.micros);
    // No provider tells what it bills for an aborted answer: what was on its way is not known.
    const difference = Math.abs(totals.estimatedMicros - theirAborted.micros);
    proof.figure("abortedDifferenceMicros", difference);
    proof.holds(
      difference <= theirAborted.requests * deltaMicros,
      "aborted answers are estimated wrongly by more than a delta each",
    );
    const inBatches = batches.reduce((sum, { costMicros }) => sum + costMicros, 0);
    proof.equals("microsOfBatches", inBatches, totals.costMicros);
  },
};

function configOf(url: string): object {
  const providers = Object.fromEntries(
    formats.map((format) => [format, { kind: "simulated", format, baseURL: url }]),
  );
  const entries = formats.flatMap((format) =>
    Object.entries(prices).map(([name, [input, output, cachedInput, cacheWrite]]) => {
      return [`${format}/${name}`, { input, output, cachedInput, cacheWrite }] as const;
    }),
  );
  return { providers, prices: Object.fromEntries(entries) };
}

async function runBatch(
  proof: Proof,
  platform: Platform,
  job: { format: string; model: ModelName; rows: number },
): Promise<BatchProgress> {
  const { format, model, rows } = job;
  const name = `${format}-${model}`;
  const isAborted = model === "slow";
  const agent: AgentSpecInput = {
    name,
    model: `${format}/${model}`,
    instructions: isAborted ? "" : `You are ${name}. `.padEnd(8 * cachedTokens, "Be exact. "),
    ...(isAborted && { limits: { maxWallSeconds: abortedSeconds } }),
  };
  await applyAgent(platform, agent);
  const file = join(proof.folder, `${name}.jsonl`);
  const lines = Array.from({ length: rows }, (_, row) => lineOf(proof, row, isAborted));
  await writeFile(file, lines.join("\n"));
  // Few at once where time counts: each call is to be well on its way when it is ended.
  const concurrency = isAborted ? "20" : "100";
  const settings = ["--template", "{{script}}", "--concurrency", concurrency, "--detach", "--json"];
  const { stdout } = await command(platform, "batch", "run", name, file, ...settings);
  const { id } = JSON.parse(stdout) as BatchProgress;
  proof.tell(`${rows} calls of ${name}`);
  return batchEnd(platform, id, 600_000);
}

/** Answers of every length, every third one with reasoning before it. */
function lineOf(proof: Proof, row: number, isAborted: boolean): string {
  const words = isAborted ? 400 : Math.floor(proof.random() * 60) + 1;
  const reasoning = row % 3 === 0 && !isAborted ? "hm ".repeat(words) : undefined;
  const turn = { text: `${row} ${"word ".repeat(words)}`, ...(reasoning && { reasoning }) };
  return JSON.stringify({ script: JSON.stringify({ turns: [turn] }) });
}
