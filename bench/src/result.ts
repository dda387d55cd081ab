import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ContenderKey } from "./contenders.ts";
import type { RunsFigures, StreamFigures } from "./measure.ts";

/** One run of the bench: all figures, as measured. */
export interface BenchResult {
  at: string;
  machine: {
    cores: number;
    memoryGiB: number;
    node: string;
    postgres: string;
    /** Load average of the minute before: well under 1 is quiet. */
    load: number;
  };
  latencyMs: number;
  /** The floor's streams: the mock with nothing around it. Null when streams were left out. */
  bareStreams: StreamFigures | null;
  contenders: ContenderResult[];
}

export interface ContenderResult {
  key: ContenderKey;
  runs: RunsFigures[];
  streams: StreamFigures | null;
}

const folder = fileURLToPath(new URL("../results", import.meta.url));

export function describeMachine(postgres: string): BenchResult["machine"] {
  return {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres,
    load: loadavg()[0]!,
  };
}

/** Keeps the result as a file of `bench/results`, named by its time; returns the path. */
export async function keepResult(result: BenchResult): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${result.at.replaceAll(":", "-")}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
