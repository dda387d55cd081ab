import { readFile } from "node:fs/promises";
import type { LedgerEntry } from "@flotilla/models";
import { startFlotilla } from "./command.ts";

export interface SimulatorOptions {
  /** Files that it replays, each as the model of its name. */
  recordings?: string[];
  latencyMs?: number;
  /** Part of the latency by which it varies, 0 to 1. */
  jitter?: number;
  /** Default: any free port. */
  port?: number;
  /** A JSONL file that gets an entry for each request. */
  log?: string;
}

/** A model provider outside of the platform. */
export interface SimulatorProcess {
  url: string;
  stop(): Promise<void>;
}

/** Runs `flotilla simulate`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<SimulatorProcess> {
  const { recordings = [], latencyMs = 0, jitter = 0, port = 0, log } = options;
  const numbers = { "latency-ms": latencyMs, jitter, port };
  const command = startFlotilla([
    "simulate",
    "--json",
    ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...recordings.flatMap((file) => ["--recording", file]),
    ...(log === undefined ? [] : ["--log", log]),
  ]);
  const { url } = await command.ready;
  return {
    url: url,
    async stop() {
      await command.stop(5_000);
    },
  };
}

/** The requests in a simulator's log, in the order in which their answers ended. */
export async function readRequests(log: string): Promise<LedgerEntry[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerEntry);
}
