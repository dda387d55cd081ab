import {
  FlotillaError,
  newId,
  planStart,
  scheduleValues,
  startedBy,
  type ScheduleSpec,
} from "@flotilla/core";
import { startableAgent } from "@flotilla/engine";
import type { Context } from "hono";
import { permit } from "./access/permit.ts";
import { permittedBatch } from "./access/permitted-batch.ts";
import type { AppParts, ServerEnv } from "./app-parts.ts";

/**
 * Whether what a schedule starts could be started now, by the caller: better known before it is due. Throws what
 * starting it would throw.
 */
export async function checkSchedule(
  c: Context<ServerEnv>,
  router: AppParts["router"],
  spec: ScheduleSpec,
  name: string,
): Promise<void> {
  if (spec.name !== name) {
    const message = `The spec is of schedule "${spec.name}", the address of schedule "${name}".`;
    throw new FlotillaError("invalid_request", message, { remedy: "Use the same name in both." });
  }
  const { store, caller } = c.var;
  const { start } = spec;
  await permit(c, "agents.run", start.agent);
  if (start.kind === "batch") {
    await permit(c, "batches.write", start.name ?? spec.name);
    await permit(c, "batches.steer", start.name ?? spec.name);
    if (start.rowsOf !== undefined) await permittedBatch(c, "batches.read", start.rowsOf);
  }
  const agent = await startableAgent(store, start.agent, start.version);
  router.check(agent.spec.model, caller);
  planStart(start, agent, {
    values: scheduleValues(spec, 0, undefined),
    name: spec.name,
    organisation: caller.organisation,
    environment: caller.environment,
    startedBy: startedBy(caller),
    newId: (prefix) => newId(prefix),
  });
  await permit(c, "schedules.write", spec.name);
}
