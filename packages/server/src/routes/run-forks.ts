import { forkRequestSchema, runParamsSchema } from "@flotilla/api";
import {
  draftVersion,
  runSummarySchema,
  startedBy,
  type ForkPlace,
  type RunChanges,
} from "@flotilla/core";
import { forkRun, startableAgent } from "@flotilla/engine";
import { attribution } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { permitHistory } from "../access/permit-history.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { readRun } from "../read-run.ts";
import { runAgent } from "../run-agent.ts";

const fork = guardedRoute("agents.run", {
  method: "post",
  path: "/runs/{runId}/fork",
  summary: "Start a run that begins as another one did and goes on otherwise",
  description:
    "What was recorded up to the place is reused and costs nothing again. After it, calls of tools with " +
    "side effects are answered from the run's record or refused, unless `effects` is `allow`.",
  tags: ["runs"],
  request: { params: runParamsSchema, body: jsonBody(forkRequestSchema) },
  responses: jsonAnswers("The fork is durable and in the queue.", runSummarySchema, 201),
  [repeatableField]: true,
});

export function runForkRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(fork, async (c) => {
    const { store, caller } = c.var;
    const { runId: source } = c.req.valid("param");
    const given = c.req.valid("json");
    const { agentName, agentVersion } = await permittedRun(c, "runs.read", source);
    await permit(c, "agents.run", agentName);
    await permitHistory(c, source);
    // People paste keys.
    const redact = parts.redact.of(caller.organisation);
    const { changes, effects, at = placeFor(changes) } = redact.json(given);
    const version = changes.agentVersion ?? agentVersion;
    const agent =
      version === draftVersion
        ? { spec: await runAgent(store.agents, (await readRun(store, source)).run) }
        : await startableAgent(store, agentName, version);
    parts.router.check(changes.model ?? agent.spec.model, caller);
    const { user } = attribution(caller, {});
    const runId = await forkRun(store, await parts.tools.of(c.var.caller), {
      ...{ source, at, changes, effects, by: caller.name, startedBy: startedBy(caller) },
      runId: c.var.idOfKey?.("run"),
      ...(user !== undefined && { user }),
    });
    return c.json(await store.runs.get(runId), 201);
  });
}

/** Answers to another question are of no use. */
function placeFor({ message }: RunChanges): ForkPlace {
  return message === undefined ? "end" : "start";
}
