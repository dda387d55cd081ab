import { parseArgs } from "node:util";
import { contenderKeys, type ContenderKey } from "./contenders.ts";

export interface BenchOptions {
  only: ContenderKey[];
  /** How many runs at once; each is a measurement of its own. */
  runs: number[];
  /** Streams at once; 0 leaves the first-token measurement out. */
  streams: number;
  latencyMs: number;
  json: boolean;
}

export const usage = `Usage: npm run bench -- [options]

  --quick                 100 runs at once only
  --only flotilla,floor   of ${contenderKeys.join(", ")}
  --runs 100,1000,5000    how many runs at once
  --streams 200           how many streams at once; 0 leaves them out
  --latency 200           the mock model's latency in milliseconds
  --json                  figures as JSON instead of tables
`;

/** Throws an Error that says which option is wrong. */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: contenderKeys.join(",") },
      runs: { type: "string" },
      streams: { type: "string", default: "200" },
      latency: { type: "string", default: "200" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    only: values.only.split(",").map(toContender),
    runs: (values.runs ?? (values.quick ? "100" : "100,1000,5000"))
      .split(",")
      .map((text) => toCount("--runs", text, 1))
      .toSorted((a, b) => a - b),
    streams: toCount("--streams", values.streams, 0),
    latencyMs: toCount("--latency", values.latency, 0),
    json: values.json,
  };
}

function toContender(text: string): ContenderKey {
  const key = contenderKeys.find((name) => name === text.trim());
  if (!key) throw new Error(`--only: "${text}" is none of ${contenderKeys.join(", ")}.`);
  return key;
}

function toCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new Error(`${option}: "${text}" is not a whole number from ${least}.`);
}
