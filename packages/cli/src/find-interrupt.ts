import type { Client, Interrupt } from "@flotilla/api";
import { FlotillaError, interruptStates, type InterruptState } from "@flotilla/core";
import { UsageError } from "./usage.ts";

/**
 * An interrupt by its id alone. Throws `not_found`, or UsageError where a copy of its run asks the same.
 *
 * @param run which of them it is then
 */
export async function findInterrupt(
  client: Client,
  interruptId: string,
  run?: string,
  states: readonly InterruptState[] = interruptStates,
): Promise<Interrupt> {
  if (run !== undefined) return client.interrupts.get(run, interruptId);
  for (const state of states) {
    const { items } = await client.inbox.list({ interruptId, state, limit: 2 });
    const [item, other] = items;
    if (other) throw new UsageError("Two runs ask this.", "Say which with --run.");
    if (item) return client.interrupts.get(item.runId, item.interruptId);
  }
  throw new FlotillaError("not_found", `There is no interrupt ${interruptId}.`, {
    remedy: "flotilla inbox lists what waits for people.",
  });
}
