import type { CapacityLimits } from "@flotilla/core";
import { startSimulator, type SimulatorProcess } from "../../simulator.ts";
import { applyAgent } from "../batch.ts";
import type { Proof } from "../claim.ts";
import { startFleet, type Fleet } from "../start-fleet.ts";

export interface LimitedFleet extends Fleet {
  simulator: SimulatorProcess;
  /** Starts a batch of the agent `asker` over that many rows; returns its id. */
  start(rows: number, organisation?: string): Promise<string>;
}

/**
 * Workers on a provider that holds no more than two seconds' worth of its limits, and refuses what
 * is beyond.
 *
 * @param known what the platform is told of them; else it has to learn them
 */
export async function startLimitedFleet(
  proof: Proof,
  options: { workers: number; rpm: number; tpm: number; known?: CapacityLimits },
): Promise<LimitedFleet> {
  const { workers, rpm, tpm, known } = options;
  const limits = { rpm, tpm, "burst-seconds": 2 };
  const simulator = await startSimulator({ latencyMs: 300, jitter: 0.5, limits });
  proof.finally(() => simulator.stop());
  const fleet = await startFleet(
    proof,
    {
      env: {},
      config: {
        providers: { outside: { kind: "simulated", baseURL: simulator.url } },
        ...(known && { limits: { outside: known } }),
      },
    },
    { workers, concurrency: Math.ceil(1_000 / workers) },
  );
  await applyAgent(fleet.platform, { name: "asker", model: "outside/demo" });
  return {
    ...fleet,
    simulator,
    async start(rows, organisation = "default") {
      const batch = await fleet.platform.client.batches.create({
        name: organisation,
        agent: "asker",
        template: "{{question}}",
        rows: Array.from({ length: rows }, (_, i) => ({ question: `Question ${i}` })),
        concurrency: Math.min(10_000, rows),
        organisation,
        start: true,
      });
      return batch.id;
    },
  };
}

/** Requests that the simulator has refused so far. */
export async function refusals({ simulator }: LimitedFleet): Promise<number> {
  const { limited } = await simulator.state();
  return Object.values(limited).reduce((sum, count) => sum + count, 0);
}
