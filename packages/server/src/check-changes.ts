import { FlotillaError, type Caller, type Run, type RunChanges } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { AppParts } from "./app-parts.ts";

/**
 * Whether a run of the agent can go on with these changes. Throws `not_found` for a version that the agent does
 * not have, `unknown_model`, `credentials_missing`, or `invalid_request` for results of calls that are not the run's.
 *
 * @param run the one run that is meant; without it there may be many
 */
export async function checkChanges(
  { router }: Pick<AppParts, "router">,
  { store, caller }: { store: Pick<StoreView, "agents">; caller: Caller },
  { agentVersion, model, toolResults = [] }: RunChanges,
  { agentName, run }: { agentName: string; run?: Run },
): Promise<void> {
  if (agentVersion !== undefined) await store.agents.get(agentName, agentVersion);
  if (model !== undefined) router.check(model, caller);
  const known = new Set(run?.steps.flatMap((step) => (step.kind === "tool" ? [step.callId] : [])));
  const stranger = toolResults.find(({ callId }) => !known.has(callId));
  if (stranger) {
    throw new FlotillaError("invalid_request", `The run has no tool call ${stranger.callId}.`, {
      remedy: "Give results for calls that the run's steps list.",
    });
  }
}
