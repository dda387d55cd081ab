import { FlotillaError } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";

/** What an agent itself has people asked about first; nothing of one that is not there. */
export async function agentApprovals(
  agents: Pick<StoreView["agents"], "get">,
  name: string,
  version?: number,
): Promise<readonly string[]> {
  try {
    return (await agents.get(name, version)).spec.approvals ?? [];
  } catch (error) {
    if (error instanceof FlotillaError && error.code === "not_found") return [];
    throw error;
  }
}
