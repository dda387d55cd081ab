import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRequests, startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, batchResults, command, startBatch } from "../batch.ts";
import type { CacheFigures } from "@flotilla/core";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { modelSteps, readHistories } from "../history.ts";
import { startFleet } from "../start-fleet.ts";

/**
 * A batch of many rows with few distinct questions, on two workers: each question is asked once, the
 * rows have the answers that they get without a cache, and together they cost what was asked.
 */
export const cache: Claim = {
  name: "cache",
  async prove(proof) {
    const { rows, distinct } =
      proof.scale.name === "full" ? { rows: 5_000, distinct: 200 } : { rows: 80, distinct: 8 };
    const concurrency = Math.min(rows, 1_000);
    const log = join(proof.folder, "requests.jsonl");
    const simulator = await startSimulator({ latencyMs: 200, log, price: "1000000:4000000" });
    proof.finally(() => simulator.stop());
    const provider = { kind: "simulated", baseURL: simulator.url };
    const prices = { "asked/demo": { input: 1_000_000, output: 4_000_000 } };
    const { platform } = await startFleet(
      proof,
      { env: {}, config: { providers: { asked: provider }, prices } },
      { workers: 2, concurrency: Math.ceil(concurrency / 2) },
    );
    const spec = { model: "asked/demo", settings: { temperature: 0 } };
    await applyAgent(platform, { ...spec, name: "cached", cache: { ttlSeconds: 3_600 } });
    await applyAgent(platform, { ...spec, name: "plain" });
    const file = join(proof.folder, "rows.jsonl");
    const question = (row: number) => `What is ${row % distinct} * 7?`;
    const lines = Array.from({ length: rows }, (_, i) => JSON.stringify({ question: question(i) }));
    await writeFile(file, lines.join("\n"));
    const play = async (agent: string) => {
      const id = await startBatch(platform, { agent, rows: file, concurrency });
      const { counts } = await batchEnd(platform, id, 300_000);
      proof.equals(`${agent}Completed`, counts.completed, rows);
      return id;
    };

    const id = await play("cached");
    proof.equals("requests", (await simulator.state()).requests, distinct);
    const histories = await readHistories(platform.client, id);
    const steps = histories.flatMap(({ run }) => modelSteps(run));
    const priced = (how: string) => steps.filter((step) => step.priced === how).length;
    proof.equals("asked", priced("call"), distinct);
    proof.equals("answeredWithoutAsking", priced("cache") + priced("shared"), rows - distinct);
    proof.figure("shared", priced("shared"));
    const cost = steps.reduce((sum, step) => sum + (step.costMicros ?? 0), 0);
    proof.equals("costMicros", cost, (await simulator.bill()).micros);
    proof.figure("workers", new Set(histories.map(({ run }) => run.worker)).size);

    const before = (await readRequests(log)).length;
    const plain = await play("plain");
    await eventually({ what: "the log of the requests", timeoutMs: 10_000 }, async () => {
      return (await readRequests(log)).length >= before + rows || undefined;
    });
    proof.equals("requestsWithoutCache", (await simulator.state()).requests - distinct, rows);
    const [mine, theirs] = [await batchResults(platform, id), await batchResults(platform, plain)];
    const outputs = new Map(theirs.map(({ row, output }) => [row, output]));
    const different = mine.filter(({ row, output }) => outputs.get(row) !== output);
    proof.equals("differentOutputs", different.length, 0);

    const saved = steps.reduce((sum, step) => sum + (step.saved?.costMicros ?? 0), 0);
    const { stdout } = await command(platform, "cache", "show", "--json");
    const figures = JSON.parse(stdout) as CacheFigures;
    proof.equals("savedMicros", figures.savedMicros, saved);
    proof.equals("entries", figures.entries, distinct);
  },
};
