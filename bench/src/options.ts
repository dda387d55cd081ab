import { parseArgs } from "node:util";
import { toCount, toKeys } from "./bench.ts";
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

export const usage = `Usage: npm run bench -- [options]          what a step costs
       npm run bench -- fleet [options]    how well a provider's limits are used
       npm run bench -- websockets [options]    what open connections cost

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
    only: toKeys(values.only, contenderKeys),
    runs: (values.runs ?? (values.quick ? "100" : "100,1000,5000"))
      .split(",")
      .map((text) => toCount("--runs", text, 1))
      .toSorted((a, b) => a - b),
    streams: toCount("--streams", values.streams, 0),
    latencyMs: toCount("--latency", values.latency, 0),
    json: values.json,
  };
}
