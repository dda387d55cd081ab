import type { RouteSpecInput } from "@flotilla/core";
import { finalAnswer } from "../../../packages/models/test/gsm8k.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent, batchEnd, startBatch } from "../batch.ts";
import type { Claim, Figure, Proof } from "../claim.ts";
import { modelSteps, readHistories, type History } from "../history.ts";
import { prepareWordProblems, type WordProblems } from "../word-problems.ts";

const concurrency = 100;
const batchTimeoutMs = 600_000;

/** The cheapest first; micro-USD per million tokens. */
const prices = {
  "6b_finetuning": { input: 100_000, output: 400_000 },
  "6b_verification": { input: 400_000, output: 1_600_000 },
  "175b_finetuning": { input: 2_000_000, output: 8_000_000 },
  "175b_verification": { input: 8_000_000, output: 32_000_000 },
} as const;
const chain = Object.keys(prices) as (keyof typeof prices)[];
const targets = chain.map((model) => `recorded/${model}`);

/** An answer must be a whole number of at least 0, and be what the calculator said last. */
const confidence: RouteSpecInput["confidence"] = {
  minimum: 0.5,
  scorer: {
    kind: "rules",
    requires: { regex: "A: *\\$?\\d", score: 0 },
    patterns: [{ regex: "A:.*\\.\\d*[1-9]", score: 0.1 }],
    calculator: 0.2,
  },
};

/**
 * The word problems on one route over four recorded models, cheapest first: with fallback by
 * confidence the answers that look wrong are asked of the next, which costs more and is right more
 * often.
 */
export const gsm8kRoutes: Claim = {
  name: "gsm8k-routes",
  async prove(proof) {
    const problems = await prepareWordProblems(proof.scale, proof.folder);
    const platform = await startPlatform({
      env: { FLOTILLA_RECORDINGS: problems.recordings },
      config: {
        prices: Object.fromEntries(chain.map((model) => [`recorded/${model}`, prices[model]])),
        routes: { off: { targets }, on: { targets, confidence } },
      },
    });
    proof.finally(() => platform.stop());
    const off = await solve(proof, platform, problems, "off");
    const on = await solve(proof, platform, problems, "on");
    proof.equals("escalatedOff", off.escalated, 0);
    proof.holds(on.escalated > 0, "no answer was escalated");
    proof.figure("escalatedOn", on.escalated);
    proof.holds(
      on.correct >= off.correct,
      `${on.correct} are right with fallback by confidence, ${off.correct} without`,
    );
    proof.holds(on.costMicros > off.costMicros, "the dearer models cost nothing");
    const published = problems.expected(chain[0] ?? "6b_finetuning");
    const right = published.filter(({ isCorrect }) => isCorrect).length;
    proof.equals("correctOff", off.correct, right);
  },
};

interface Solved {
  correct: number;
  escalated: number;
  costMicros: number;
}

async function solve(
  proof: Proof,
  platform: Platform,
  problems: WordProblems,
  route: "off" | "on",
): Promise<Solved> {
  const agent = `confidence-${route}`;
  await applyAgent(platform, { name: agent, model: `route/${route}`, tools: ["calculator"] });
  const batchId = await startBatch(platform, { agent, rows: problems.rows, concurrency });
  const batch = await batchEnd(platform, batchId, batchTimeoutMs);
  const histories = await readHistories(platform.client, batchId);
  const rows = problems.expected("6b_finetuning").length;
  proof.equals(`${route}Runs`, batch.counts.completed, rows);

  const models: Record<string, Figure> = {};
  let correct = 0;
  let costMicros = 0;
  let asRecorded = 0;
  for (const model of chain) {
    const expected = problems.expected(model);
    const answered = histories.filter((one) => answeredBy(one) === `recorded/${model}`);
    const right = answered.filter(({ run, row }) => {
      const wanted = expected[row - 1];
      if (run.status !== "completed" || !wanted) return false;
      if (run.output === wanted.output) asRecorded++;
      return typeof run.output === "string" && finalAnswer(run.output) === wanted.answer;
    });
    const cost = costOf(histories, `recorded/${model}`);
    correct += right.length;
    costMicros += cost;
    models[model] = { answered: answered.length, correct: right.length, costMicros: cost };
  }
  proof.figure(route, { models, accuracy: `${correct} of ${rows}`, costMicros });
  // Of an escalated answer nothing is left in the output: it is what the last model said.
  proof.equals(`${route}AsRecorded`, asRecorded, rows);
  proof.equals(`${route}BatchMicros`, batch.costMicros, costMicros);
  const escalated = histories.filter(({ run }) =>
    run.steps.some((step) => step.kind === "escalation"),
  ).length;
  proof.tell(`${route}: ${correct} of ${rows} right for $${costMicros / 1_000_000}`);
  return { correct, escalated, costMicros };
}

function answeredBy({ run }: History): string | undefined {
  return modelSteps(run).at(-1)?.model;
}

function costOf(histories: History[], model: string): number {
  return histories
    .flatMap(({ run }) => modelSteps(run))
    .filter((step) => step.model === model)
    .reduce((sum, step) => sum + (step.costMicros ?? 0), 0);
}
