import {
  longPageQuerySchema,
  planDiffQuerySchema,
  planDiffSchema,
  planEditedSchema,
  planEditRequestSchema,
  planVersionPageSchema,
  runParamsSchema,
  runPlanSchema,
  type RunPlan,
} from "@flotilla/api";
import {
  diffPlans,
  FlotillaError,
  planVersions,
  specForClass,
  type Plan,
  type PlanVersion,
  type Run,
} from "@flotilla/core";
import { checkPlanEdit, withServerTools } from "@flotilla/engine";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit } from "../access/permit.ts";
import { permittedRun } from "../access/permitted-run.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { pageOfAll } from "../page.ts";
import { readRun } from "../read-run.ts";
import { runAgent } from "../run-agent.ts";

const tags = ["plans"];
const params = runParamsSchema;

const get = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/plan",
  summary: "The plan of a run, as it stands",
  tags,
  request: { params },
  responses: jsonAnswers("The plan.", runPlanSchema),
});

const versions = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/plan/versions",
  summary: "All versions of a run's plan, in order, and how they came to be",
  tags,
  request: { params, query: longPageQuerySchema },
  responses: jsonAnswers("A page of versions.", planVersionPageSchema),
});

const diff = guardedRoute("runs.read", {
  method: "get",
  path: "/runs/{runId}/plan/diff",
  summary: "The edits that make one version of a run's plan of another",
  tags,
  request: { params, query: planDiffQuerySchema },
  responses: jsonAnswers("The difference.", planDiffSchema),
});

const edit = guardedRoute("runs.steer", {
  method: "post",
  path: "/runs/{runId}/plan/edits",
  summary: "Edit the plan of a run: at once, or at its next step when a worker holds it",
  tags,
  request: { params, body: jsonBody(planEditRequestSchema) },
  responses: {
    ...jsonAnswers("The plan has the edits.", planEditedSchema),
    ...jsonAnswers("The run's worker takes the edits in at its next step.", planEditedSchema, 202),
  },
});

export function runPlanRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(get, async (c) => {
    const { runId } = await permittedRun(c, "runs.read", c.req.valid("param").runId);
    return c.json(await planOf(c, runId));
  });

  app.openapi(versions, async (c) => {
    const all = await versionsOf(c, c.req.valid("param").runId);
    return c.json(pageOfAll(all, c.req.valid("query"), ({ version }) => String(version)));
  });

  app.openapi(diff, async (c) => {
    const all = await versionsOf(c, c.req.valid("param").runId);
    const { to = all.at(-1)?.version ?? 0, from = Math.max(0, to - 1) } = c.req.valid("query");
    return c.json({ from, to, edits: diffPlans(versionIn(all, from), versionIn(all, to)) });
  });

  app.openapi(edit, async (c) => {
    const { runId } = await permittedRun(c, "runs.steer", c.req.valid("param").runId);
    const { store, caller } = c.var;
    // People paste keys.
    const { version, edits, reason } = parts.redact
      .of(caller.organisation)
      .json(c.req.valid("json"));
    const { run } = await readRun(store, runId);
    if (run.plan?.version === version) {
      const own = await parts.tools.of(run);
      const spec = withServerTools(await specOf(c, run), own);
      const { tools, agents } = checkPlanEdit(run, spec, own, edits);
      for (const name of tools) await permit(c, "tools.use", name);
      for (const name of agents) await permit(c, "agents.run", name);
    }
    const said = reason === undefined ? {} : { reason };
    const taken = await store.plans.edit(runId, { version, edits, by: caller.name, ...said });
    const now = await planOf(c, runId);
    // An edit was taken or queued, so there is a plan.
    const plan = now.plan as Plan;
    return c.json({ ...now, plan, taken }, taken ? 200 : 202);
  });
}

async function planOf(c: Context<ServerEnv>, runId: string): Promise<RunPlan> {
  const { store } = c.var;
  const { run } = await readRun(store, runId);
  return { plan: run.plan, review: run.planReview, queued: await store.plans.queued(runId) };
}

async function versionsOf(c: Context<ServerEnv>, runId: string): Promise<PlanVersion[]> {
  await permittedRun(c, "runs.read", runId);
  return planVersions((await readRun(c.var.store, runId)).events);
}

/** Before the first version there are no steps. */
function versionIn(all: readonly PlanVersion[], version: number): Pick<Plan, "steps"> {
  if (version === 0) return { steps: [] };
  const found = all.find((one) => one.version === version);
  if (found) return found.plan;
  throw new FlotillaError("not_found", `The plan has no version ${version}.`, {
    remedy: `Name one of ${[0, ...all.map((one) => one.version)].join(", ")}.`,
  });
}

/** The agent as the run goes on as it. */
async function specOf(c: Context<ServerEnv>, run: Run) {
  return specForClass(await runAgent(c.var.store.agents, run), run);
}
