import type { BatchProgress, ForkPair, ForkSummary } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent, batchArguments, batchEnd, command } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { prepareWordProblems, type RecordedModel, type WordProblems } from "../word-problems.ts";

const before: RecordedModel = "175b_finetuning";
const after: RecordedModel = "175b_verification";
const concurrency = 100;
const batchTimeoutMs = 600_000;
const check = "number={{row.answer}}";

/**
 * The word problems on a recorded model, with a check against the known answers; then its failing runs,
 * and those that pass, forked as batches onto another model. What became of them is counted as the
 * data files say, in which each solution of each model is judged.
 */
export const forks: Claim = {
  name: "forks",
  async prove(proof) {
    const problems = await prepareWordProblems(proof.scale, proof.folder);
    const platform = await startPlatform({
      env: { FLOTILLA_RECORDINGS: problems.recordings },
      config: {
        prices: {
          [`recorded/${before}`]: { input: 1_000_000, output: 4_000_000 },
          [`recorded/${after}`]: { input: 2_000_000, output: 8_000_000 },
        },
      },
    });
    proof.finally(() => platform.stop());
    await applyAgent(platform, {
      name: "word-problems",
      model: `recorded/${before}`,
      tools: ["calculator"],
    });
    const order = { agent: "word-problems", rows: problems.rows, concurrency };
    const args = [...batchArguments(order), "--check", check, "--detach", "--json"];
    const ended = await batchEnd(platform, await startedBatch(platform, args), batchTimeoutMs);
    const counted = countAsPublished(problems);
    proof.equals("runs", ended.counts.completed, counted.all);

    const failing = await forkThose(proof, platform, ended, "failing");
    proof.equals("failing", failing.summary.pairs, counted.fixed + counted.failing);
    proof.equals("fixed", failing.summary.counts.fixed, counted.fixed);
    proof.equals("stillFailing", failing.summary.counts.failing, counted.failing);
    const passing = await forkThose(proof, platform, ended, "passing");
    proof.equals("passing", passing.summary.pairs, counted.regressed + counted.same);
    proof.equals("regressed", passing.summary.counts.regressed, counted.regressed);
    proof.equals("same", passing.summary.counts.same, counted.same);
    const summaries = [failing.summary, passing.summary];
    const sum = (value: (one: ForkSummary) => number) =>
      summaries.reduce((total, one) => total + value(one), 0);
    proof.equals(
      "errors",
      sum(({ counts }) => counts.error + counts.open),
      0,
    );
    // Every run is the source of one fork: together they cost what the batch has cost.
    proof.equals(
      "sourceMicros",
      sum((one) => one.before.costMicros),
      ended.costMicros,
    );
    proof.equals(
      "forkMicros",
      sum((one) => one.after.costMicros),
      failing.batch.costMicros + passing.batch.costMicros,
    );
    checkRows(proof, problems, [...failing.pairs, ...passing.pairs]);
  },
};

/** The id of the batch that a command starts. */
async function startedBatch(platform: Platform, args: string[]): Promise<string> {
  const { stdout } = await command(platform, ...args);
  return (JSON.parse(stdout) as BatchProgress).id;
}

/** Counted from the judgement that was published with each solution. */
function countAsPublished(problems: WordProblems) {
  const [was, is] = [before, after].map((model) => problems.expected(model));
  const pairs = (was ?? []).map((one, i) => [one.isCorrect, is?.[i]?.isCorrect ?? false] as const);
  const count = (wasRight: boolean, isRight: boolean) =>
    pairs.filter(([a, b]) => a === wasRight && b === isRight).length;
  return {
    all: pairs.length,
    fixed: count(false, true),
    failing: count(false, false),
    regressed: count(true, false),
    same: count(true, true),
  };
}

interface Forked {
  batch: BatchProgress;
  summary: ForkSummary;
  pairs: ForkPair[];
}

async function forkThose(
  proof: Proof,
  platform: Platform,
  source: BatchProgress,
  outcome: "failing" | "passing",
): Promise<Forked> {
  const id = await startedBatch(platform, [
    ...["batch", "fork", source.id, "--outcome", outcome, "--model", `recorded/${after}`],
    ...["--concurrency", String(concurrency), "--detach", "--json"],
  ]);
  const batch = await batchEnd(platform, id, batchTimeoutMs);
  const told = await command(platform, "batch", "compare", id, "--pairs", "--json");
  const [summary = "", ...pairs] = told.stdout.split("\n").filter(Boolean);
  proof.tell(`${outcome}: ${summary}`);
  return {
    batch,
    summary: JSON.parse(summary) as ForkSummary,
    pairs: pairs.map((pair) => JSON.parse(pair) as ForkPair),
  };
}

/** Each pair is of one problem, with what both models were recorded to say to it. */
function checkRows(proof: Proof, problems: WordProblems, pairs: ForkPair[]): void {
  const [was, is] = [before, after].map(
    (model) => new Map(problems.expected(model).map((one) => [one.question, one.output])),
  );
  const asRecorded = pairs.filter(({ data, before: source, after: fork }) => {
    const question = typeof data.question === "string" ? data.question : "";
    return source.output === was?.get(question) && fork.output === is?.get(question);
  });
  proof.equals("pairsAsRecorded", asRecorded.length, was?.size ?? 0);
}
