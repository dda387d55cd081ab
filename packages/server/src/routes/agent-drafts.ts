import {
  agentApplySchema,
  agentCheckedSchema,
  agentParamsSchema,
  draftStartSchema,
} from "@flotilla/api";
import { runSummarySchema, startedBy } from "@flotilla/core";
import { startDraft } from "@flotilla/engine";
import { attribution } from "../access/attribution.ts";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { agentProblems, checkAgent } from "../check-agent.ts";
import { newestAgent } from "../newest-agent.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";

const tags = ["agents"];

const check = guardedRoute("agents.write", {
  method: "post",
  path: "/agents/{name}/check",
  summary: "What applying an agent would be refused for; nothing is saved",
  tags,
  request: { params: agentParamsSchema, body: jsonBody(agentApplySchema) },
  responses: jsonAnswers("The problems; none when it would be applied.", agentCheckedSchema),
});

const start = guardedRoute("agents.write", {
  method: "post",
  path: "/agents/{name}/drafts",
  summary: "Start a run of an agent that is not saved; for those who may run it as well",
  description:
    "The run's journal keeps the agent, at version 0. Nothing is saved beside it, and no other run can be started of it; forks can be made.",
  tags,
  request: { params: agentParamsSchema, body: jsonBody(draftStartSchema) },
  responses: jsonAnswers("The run is durable and in the queue.", runSummarySchema, 201),
  [repeatableField]: true,
});

export function agentDraftRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(check, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "agents.write", name);
    return c.json({ problems: await agentProblems(c, parts, c.req.valid("json"), name) });
  });

  app.openapi(start, async (c) => {
    const { store, caller } = c.var;
    const { name } = c.req.valid("param");
    await permit(c, "agents.write", name);
    await permit(c, "agents.run", name);
    const { spec, ...given } = c.req.valid("json");
    await checkAgent(c, parts, spec, name);
    parts.router.check(spec.model, caller);
    // People paste keys.
    const { input, labels } = parts.redact.of(caller.organisation).json(given);
    const saved = await newestAgent(store.agents, name);
    const runId = await startDraft(store, {
      ...{ spec, input, labels },
      ...attribution(caller, {}),
      agentId: saved?.id,
      startedBy: startedBy(caller),
      runId: c.var.idOfKey?.("run"),
    });
    return c.json(await store.runs.get(runId), 201);
  });
}
