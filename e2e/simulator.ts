import { readFile } from "node:fs/promises";
import type { LedgerEntry, SimulatorBill, SimulatorState } from "@flotilla/models";
import { startFlotilla } from "./command.ts";

export interface SimulatorOptions {
  /** Files that it replays, each as the model of its name. */
  recordings?: string[];
  latencyMs?: number;
  /** Part of the latency by which it varies, 0 to 1. */
  jitter?: number;
  tokensPerSecond?: number;
  /** Limits of each key at each model, by the names of the command's options. */
  limits?: Partial<
    Record<"rpm" | "tpm" | "itpm" | "otpm" | "concurrency" | "burst-seconds", number>
  >;
  /** How limits are told: `none` hides them. */
  headers?: "openai" | "anthropic" | "azure" | "none";
  /** `input:output[:cachedInput[:cacheWrite]]`, micro-USD per million tokens. */
  price?: string;
  /** Fewest tokens of a prefix that is cached; default: no cache. */
  promptCache?: number;
  /** How long a batch takes, and when it expires. */
  batchMs?: number;
  batchExpiryMs?: number;
  /** Requests with more input tokens are refused. */
  contextWindow?: number;
  /** Further models, such as `large?of=demo&rpm=60`. */
  models?: string[];
  /** Default: any free port. */
  port?: number;
  /** A JSONL file that gets an entry for each request. */
  log?: string;
}

/** A model provider outside of the platform. */
export interface SimulatorProcess {
  url: string;
  /** What it has seen so far. */
  state(): Promise<SimulatorState>;
  /** What it wants to be paid so far. */
  bill(): Promise<SimulatorBill>;
  /** Breaks or mends its models while it runs. */
  control(change: { model?: string; fault?: object | null; down?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Runs `flotilla simulate`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<SimulatorProcess> {
  const { recordings = [], latencyMs = 0, jitter = 0, port = 0, log, headers } = options;
  const speed = options.tokensPerSecond;
  const numbers = {
    "latency-ms": latencyMs,
    jitter,
    port,
    ...(speed !== undefined && { "tokens-per-second": speed }),
    ...(options.promptCache !== undefined && { "prompt-cache": options.promptCache }),
    ...(options.batchMs !== undefined && { "batch-ms": options.batchMs }),
    ...(options.batchExpiryMs !== undefined && { "batch-expiry-ms": options.batchExpiryMs }),
    ...options.limits,
    ...(options.contextWindow !== undefined && { "context-window": options.contextWindow }),
  };
  const command = startFlotilla([
    "simulate",
    "--json",
    ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...recordings.flatMap((file) => ["--recording", file]),
    ...(options.models ?? []).flatMap((model) => ["--model", model]),
    ...(options.price === undefined ? [] : ["--price", options.price]),
    ...(headers === undefined ? [] : ["--headers", headers]),
    ...(log === undefined ? [] : ["--log", log]),
  ]);
  const { url } = await command.ready;
  return {
    url,
    async state() {
      return (await (await fetch(`${url}/simulator/state`)).json()) as SimulatorState;
    },
    async bill() {
      return (await (await fetch(`${url}/simulator/bill`)).json()) as SimulatorBill;
    },
    async control(change) {
      const body = JSON.stringify(change);
      const response = await fetch(`${url}/simulator/control`, { method: "POST", body });
      if (!response.ok) throw new Error(`The simulator refused: ${await response.text()}`);
    },
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
