import { FlotillaError, type Agent } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/** The newest version of an agent; undefined where there is no such agent. */
export async function newestAgent(
  agents: Pick<StoreView["agents"], "get">,
  name: string,
): Promise<Agent | undefined> {
  return agents.get(name).catch((error: unknown) => {
    if (error instanceof FlotillaError && error.code === "not_found") return undefined;
    throw error;
  });
}
