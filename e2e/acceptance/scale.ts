import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How large a proof is: `full` for the claims as they stand, `small` for every `npm test`. */
export interface Scale {
  name: "small" | "full";
  /** JSONL of `{question, answer}`. */
  problems: string;
  /** JSONL of what four models answered to them, with `is_correct`. */
  solutions: string;
  /** Whether times, memory and CPU are held against their limits. */
  isTimed: boolean;
  /** Whether the network may be used. */
  isOnline: boolean;
  /** Kills of each kind. */
  kills: number;
  /** How often a worker is frozen and woken. */
  freezes: number;
  /** The batches that are killed: runs at once, and the latency of a model call in ms. */
  concurrency: number;
  latencyMs: number;
}

export const scaleNames = ["small", "full"] as const;

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
const sharedData = fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** The full scale reads the data in FLOTILLA_DATA, by default in `../shared/data`. */
export function scaleOf(name: Scale["name"], env = process.env): Scale {
  if (name === "small") {
    return {
      name,
      problems: join(fixtures, "problems.jsonl"),
      solutions: join(fixtures, "recorded-solutions.jsonl"),
      isTimed: false,
      isOnline: false,
      kills: 2,
      freezes: 1,
      concurrency: 8,
      latencyMs: 300,
    };
  }
  const data = env.FLOTILLA_DATA ?? sharedData;
  return {
    name,
    problems: join(data, "gsm8k-test.jsonl"),
    solutions: join(data, "gsm8k-recorded-solutions.jsonl"),
    isTimed: true,
    isOnline: true,
    kills: 20,
    freezes: 5,
    concurrency: 50,
    latencyMs: 600,
  };
}
