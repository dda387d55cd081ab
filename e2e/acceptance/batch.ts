import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentSpecInput, BatchProgress } from "@flotilla/core";
import { runFlotilla, type Answer } from "../command.ts";
import type { Platform } from "../platform.ts";
import { eventually } from "./eventually.ts";

/** Runs a command of the command line against a platform; throws unless it succeeds. */
export async function command(platform: Platform, ...args: string[]): Promise<Answer> {
  const answer = await runFlotilla([...args, "--url", platform.url]);
  if (answer.code === 0) return answer;
  const { code, stdout, stderr } = answer;
  throw new Error(`flotilla ${args.join(" ")} ended with ${code}:\n${stderr || stdout}`);
}

/** Creates an agent, or changes it, as a person does: with a file. */
export async function applyAgent(platform: Platform, spec: AgentSpecInput): Promise<void> {
  const file = join(platform.home, `${spec.name}.json`);
  await writeFile(file, JSON.stringify(spec));
  await command(platform, "agent", "apply", "-f", file);
}

export interface BatchOrder {
  agent: string;
  rows: string;
  concurrency: number;
}

export function batchArguments({ agent, rows, concurrency }: BatchOrder): string[] {
  const settings = ["--template", "{{question}}", "--concurrency", String(concurrency)];
  return ["batch", "run", agent, rows, ...settings];
}

/** Starts a batch and leaves it. Returns its id. */
export async function startBatch(platform: Platform, order: BatchOrder): Promise<string> {
  const args = [...batchArguments(order), "--detach", "--json"];
  const { stdout } = await command(platform, ...args);
  return (JSON.parse(stdout) as BatchProgress).id;
}

/** Waits until some of the batch's model steps are done and its runs are under way. */
export async function batchUnderWay(platform: Platform, batchId: string): Promise<void> {
  const what = `batch ${batchId} to get under way`;
  await eventually({ what, timeoutMs: 120_000, everyMs: 50 }, async () => {
    const { steps, counts } = await platform.client.batches.get(batchId);
    return (steps > 0 && counts.running > 0) || undefined;
  });
}

export async function batchEnd(
  platform: Platform,
  batchId: string,
  timeoutMs: number,
): Promise<BatchProgress> {
  const patience = { what: `the end of batch ${batchId}`, timeoutMs, everyMs: 250 };
  return eventually(patience, async () => {
    const batch = await platform.client.batches.get(batchId);
    return batch.status === "completed" ? batch : undefined;
  });
}

export interface Result {
  row: number;
  status: string;
  output: string;
}

/** The results of a batch as its file has them. */
export async function batchResults(platform: Platform, batchId: string): Promise<Result[]> {
  const { stdout } = await command(platform, "batch", "results", batchId, "--format", "jsonl");
  return toResults(stdout);
}

export function toResults(jsonLines: string): Result[] {
  const lines = jsonLines.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Result);
}
