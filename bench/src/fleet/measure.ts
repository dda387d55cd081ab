import { startChild } from "../child.ts";
import type { DatabaseServer } from "../database.ts";
import { startProvider, type Seen } from "./ask-provider.ts";
import type { FleetMessage, FleetSettings } from "./contender.ts";
import { fleetContenders, type FleetKey } from "./contenders.ts";
import type { ProviderLimits } from "./limits.ts";

/** What all measurements of one run of the bench have in common. */
export interface FleetSetting {
  server: DatabaseServer;
  limits: ProviderLimits;
  latencyMs: number;
  prompts: number;
}

/** What a contender made of the work. */
export interface FleetFigures {
  /** From asking to the last answer. */
  makespanMs: number;
  /** Prompts with an answer; the others failed for good. */
  answered: number;
  /** One of the failures, where there are any. */
  failure?: string;
  /** What the provider saw meanwhile. */
  provider: Seen;
}

/** Takes place in a fresh process, on a fresh provider and a fresh database. */
export async function measureFleet(setting: FleetSetting, key: FleetKey): Promise<FleetFigures> {
  const { server, limits, latencyMs, prompts } = setting;
  const { script, variant } = fleetContenders[key];
  const database = await server.create(`fleet_${process.pid}_${key.replaceAll("-", "_")}`);
  const provider = await startProvider(limits, latencyMs);
  const settings: FleetSettings = {
    databaseUrl: database.url,
    providerUrl: provider.url,
    limits,
    prompts,
    variant,
  };
  const child = startChild(script, { FLEET: JSON.stringify(settings) });
  try {
    const ready = await child.next<FleetMessage>();
    if (!("ready" in ready)) throw new Error(`${key} did not get ready.`);
    child.tell("go");
    const message = await child.next<FleetMessage>();
    if (!("done" in message)) throw new Error(`${key} was ready twice.`);
    const seen = await provider.seen();
    if (seen.answered < message.done.answered) {
      throw new Error(`${key} has ${message.done.answered} answers; ${seen.answered} were given.`);
    }
    return { ...message.done, provider: seen };
  } finally {
    await child.end();
    await provider.stop();
    await database.drop();
  }
}
