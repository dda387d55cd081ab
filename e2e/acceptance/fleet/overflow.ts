import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BatchProgress, Run } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { readRequests, startSimulator } from "../../simulator.ts";
import { applyAgent, batchEnd, batchResults, command } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventsOf, readHistories, toolSteps, type History } from "../history.ts";
import { toolsFolder } from "../ledger-setting.ts";

const contextWindow = 4_000;
const pages = 24;
const wordsPerPage = 250;
/** One page in each run is larger than the whole context. */
const largePage = 5;
const wordsOfLargePage = 12_000;
const formats = ["openai-chat", "openai-responses", "anthropic"] as const;

/**
 * Runs whose histories are several times larger than the model's context, on a provider that
 * enforces it: all complete, no request is too long, and every original can be read afterwards.
 */
export const overflow: Claim = {
  name: "overflow",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 200 : 6;
    const log = join(proof.folder, "requests.jsonl");
    const simulator = await startSimulator({ contextWindow, log });
    proof.finally(() => simulator.stop());
    const baseURL = simulator.url;
    const providers = Object.fromEntries(
      formats.map((format) => [format, { kind: "simulated", format, baseURL }]),
    );
    const contextWindows = Object.fromEntries(formats.map((format) => [format, contextWindow]));
    const platform = await startPlatform({
      config: { providers, contextWindows },
      env: { FLOTILLA_TOOLS: toolsFolder },
    });
    proof.finally(() => platform.stop());
    const histories: History[] = [];
    for (const format of formats)
      histories.push(...(await readBooks(proof, platform, format, rows)));

    const events = histories.flatMap((history) => history.events);
    const failed = eventsOf(events, "step.failed");
    const tooLong = failed.filter(({ error }) => error.code === "context_overflow");
    proof.equals("contextOverflows", tooLong.length, 0);
    const requests = await readRequests(log);
    proof.equals("refusedRequests", requests.filter(({ status }) => status === 400).length, 0);
    const largest = Math.max(...requests.map(({ inputTokens }) => inputTokens));
    proof.atMost("largestRequestTokens", largest, contextWindow);
    const compacted = eventsOf(events, "context.compacted");
    proof.figure("compactions", compacted.length);
    proof.figure("summaryCalls", eventsOf(events, "context.summarised").length);
    proof.holds(
      histories.every(({ run }) => run.compactions.length > 0),
      "a run came through without a compaction",
    );
    proof.equals("lostOriginals", sum(histories.map(({ run }) => lostOriginals(run))), 0);
    const wrong = await Promise.all(histories.map(({ run }) => wrongArtifacts(platform, run)));
    proof.equals("wrongArtifacts", sum(wrong), 0);
  },
};

async function readBooks(
  proof: Proof,
  platform: Platform,
  format: string,
  rows: number,
): Promise<History[]> {
  await applyAgent(platform, {
    name: format,
    model: `${format}/script`,
    tools: ["page"],
    limits: { maxSteps: 100 },
  });
  const file = join(proof.folder, `${format}.jsonl`);
  await writeFile(file, Array.from({ length: rows }, (_, row) => rowOf(row)).join("\n"));
  const settings = ["--template", "{{script}}", "--detach", "--json"];
  const { stdout } = await command(platform, "batch", "run", format, file, ...settings);
  const { id } = JSON.parse(stdout) as BatchProgress;
  const ended = await batchEnd(platform, id, 600_000);
  proof.equals(`${format}: completed`, ended.counts.completed, rows);
  const results = await batchResults(platform, id);
  const wrong = results.filter(({ row, output }) => output !== answerOf(row - 1));
  proof.equals(`${format}: wrong answers`, wrong.length, 0);
  return readHistories(platform.client, id);
}

function rowOf(row: number): string {
  const turns = [
    ...Array.from({ length: pages }, (_, number) => {
      const words = number === largePage ? wordsOfLargePage : wordsPerPage;
      return { calls: [{ tool: "page", input: { number, words } }] };
    }),
    { text: answerOf(row) },
  ];
  return JSON.stringify({ script: JSON.stringify({ turns }) });
}

function answerOf(row: number): string {
  return `The book of row ${row} is read.`;
}

/** Pages whose text is not in the journal, word for word or as an artifact. */
function lostOriginals(run: Run): number {
  const kept = toolSteps(run).filter(
    ({ output, artifact }) => artifact !== undefined || typeof output === "string",
  );
  return pages - kept.length;
}

async function wrongArtifacts({ client }: Platform, run: Run): Promise<number> {
  const { items } = await client.artifacts.list(run.runId);
  const [only] = items;
  if (!only || items.length > 1) return 1;
  const text = await (await client.artifacts.get(only.id)).text();
  const isWhole =
    text.startsWith(`Page ${largePage}.`) && text.split(" ").length >= wordsOfLargePage;
  return isWhole ? 0 : 1;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
