import { parseArgs } from "node:util";
import { toCount, toKeys } from "../bench.ts";
import { fleetKeys, type FleetKey } from "./contenders.ts";
import type { ProviderLimits } from "./limits.ts";

export interface FleetOptions {
  only: FleetKey[];
  prompts: number;
  limits: ProviderLimits;
  latencyMs: number;
  json: boolean;
}

export const fleetUsage = `Usage: npm run bench -- fleet [options]

  --quick              100 prompts at 3,000 requests and 300,000 tokens a minute
  --only flotilla-1    of ${fleetKeys.join(", ")}
  --prompts 500        how many prompts, all asked at once
  --rpm 600            requests a minute that the provider allows
  --tpm 60000          tokens a minute that it allows
  --burst 1            seconds' worth of both that may come at once
  --latency 500        its latency in milliseconds
  --json               figures as JSON instead of a table
`;

/** Throws an Error that says which option is wrong. */
export function parseFleetOptions(args: string[]): FleetOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: fleetKeys.join(",") },
      prompts: { type: "string" },
      rpm: { type: "string" },
      tpm: { type: "string" },
      burst: { type: "string", default: "1" },
      latency: { type: "string", default: "500" },
      json: { type: "boolean", default: false },
    },
  });
  const usual = values.quick ? quick : full;
  return {
    only: toKeys(values.only, fleetKeys),
    prompts: toCount("--prompts", values.prompts ?? usual.prompts, 1),
    limits: {
      requestsPerMinute: toCount("--rpm", values.rpm ?? usual.rpm, 1),
      tokensPerMinute: toCount("--tpm", values.tpm ?? usual.tpm, 1),
      burstSeconds: toCount("--burst", values.burst, 1),
    },
    latencyMs: toCount("--latency", values.latency, 0),
    json: values.json,
  };
}

const full = { prompts: "500", rpm: "600", tpm: "60000" };
const quick = { prompts: "100", rpm: "3000", tpm: "300000" };
