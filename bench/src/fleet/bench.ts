import { attempt, log } from "../attempt.ts";
import type { Bench } from "../bench.ts";
import { openDatabaseServer } from "../database.ts";
import { describeMachine } from "../machine.ts";
import { installPeers } from "../peers.ts";
import { countWork, startProvider } from "./ask-provider.ts";
import { fleetContenders } from "./contenders.ts";
import { lowerBoundMs, type Work } from "./limits.ts";
import { measureFleet } from "./measure.ts";
import { fleetUsage, parseFleetOptions, type FleetOptions } from "./options.ts";
import type { FleetResult } from "./result.ts";
import { renderFleet } from "./table.ts";

/** How well a provider's limits are used, and what exceeding them costs. */
export const fleetBench: Bench<FleetOptions, FleetResult> = {
  usage: fleetUsage,
  parse: parseFleetOptions,
  measure,
  render: renderFleet,
};

async function measure(options: FleetOptions): Promise<FleetResult> {
  const { only, prompts, limits, latencyMs } = options;
  if (only.some((key) => fleetContenders[key].peer)) await installPeers(log);
  const work = await countedWork(options);
  const server = await openDatabaseServer();
  try {
    const result: FleetResult = {
      at: new Date().toISOString(),
      machine: describeMachine(server.version),
      limits,
      latencyMs,
      work,
      lowerBoundMs: lowerBoundMs(work, limits, latencyMs),
      contenders: [],
    };
    for (const key of only) {
      const figures = await attempt(`${key}: ${prompts} prompts at once`, () =>
        measureFleet({ server, limits, latencyMs, prompts }, key),
      );
      result.contenders.push({ key, figures });
    }
    return result;
  } finally {
    await server.stop();
  }
}

async function countedWork({ limits, latencyMs, prompts }: FleetOptions): Promise<Work> {
  const provider = await startProvider(limits, latencyMs);
  try {
    return await countWork(provider, prompts);
  } finally {
    await provider.stop();
  }
}
