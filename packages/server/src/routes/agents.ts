import {
  agentApplySchema,
  agentListQuerySchema,
  agentListSchema,
  agentParamsSchema,
  agentQuerySchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { agentSchema, FlotillaError, newId, type Agent, type AgentSpec } from "@flotilla/core";
import { checkOutputSchema } from "@flotilla/engine";
import type { StoreView } from "@flotilla/store";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkStrategies, modelsOf } from "../check-strategy.ts";
import { checkMatch } from "../http/entity-tag.ts";
import { pageOfAll } from "../page.ts";
import { checkTools } from "../check-tools.ts";
import { jsonAnswers, jsonBody, problemAnswers } from "../openapi.ts";

const tags = ["agents"];

const list = guardedRoute("agents.read", {
  method: "get",
  path: "/agents",
  summary: "The newest version of every agent, by name",
  tags,
  request: { query: agentListQuerySchema },
  responses: jsonAnswers("The agents.", agentListSchema),
});

const get = guardedRoute("agents.read", {
  method: "get",
  path: "/agents/{name}",
  summary: "An agent: its newest version, or the one asked for",
  tags,
  request: { params: agentParamsSchema, query: agentQuerySchema },
  responses: jsonAnswers("The agent.", agentSchema),
});

const versions = guardedRoute("agents.read", {
  method: "get",
  path: "/agents/{name}/versions",
  summary: "All versions of an agent, newest first",
  tags,
  request: { params: agentParamsSchema, query: longPageQuerySchema },
  responses: jsonAnswers("The versions.", agentListSchema),
});

const apply = guardedRoute("agents.write", {
  method: "put",
  path: "/agents/{name}",
  summary: "Create an agent, or a new version of it when the spec differs from the newest",
  tags,
  request: { params: agentParamsSchema, body: jsonBody(agentApplySchema) },
  responses: {
    ...jsonAnswers("Nothing changed.", agentSchema),
    ...jsonAnswers("An agent or a version was created.", agentSchema, 201),
  },
});

const archive = guardedRoute("agents.write", {
  method: "delete",
  path: "/agents/{name}",
  summary: "Archive an agent: it starts no new runs; those under way go on",
  tags,
  request: { params: agentParamsSchema },
  responses: { 204: { description: "It is archived." }, ...problemAnswers },
});

export function agentRoutes(app: ApiApp, parts: AppParts): void {
  app.openapi(list, async (c) => {
    const { archived, ...page } = c.req.valid("query");
    const agents = await c.var.store.agents.list(archived === "true");
    const shown = await permitted(c, "agents.read");
    const items = agents.filter(({ name }) => shown(name));
    return c.json(pageOfAll(items, page, ({ name }) => name));
  });

  app.openapi(get, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "agents.read", name);
    const agent = await c.var.store.agents.get(name, c.req.valid("query").version);
    c.header("etag", tagOf(agent));
    return c.json(agent);
  });

  app.openapi(versions, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "agents.read", name);
    const all = await c.var.store.agents.versions(name);
    return c.json(pageOfAll(all, c.req.valid("query"), ({ version }) => String(version)));
  });

  app.openapi(apply, async (c) => {
    const spec = c.req.valid("json");
    await permit(c, "agents.write", spec.name);
    checkSpec(parts, spec, c.req.valid("param").name);
    await checkTools(await parts.tools.of(c.var.caller), c.var.store, spec);
    const { agents } = c.var.store;
    await checkTeam(agents, spec);
    const before = await newestVersion(agents, spec.name);
    const isMatched = checkMatch(c.req, before && tagOf(before));
    const onVersion = isMatched ? (before?.version ?? 0) : undefined;
    const agent = await agents.apply(spec, newId("agt", parts.clock.now()), onVersion);
    c.header("etag", tagOf(agent));
    return c.json(agent, agent.version === before?.version ? 200 : 201);
  });

  app.openapi(archive, async (c) => {
    const { name } = c.req.valid("param");
    await permit(c, "agents.write", name);
    const { agents } = c.var.store;
    checkMatch(c.req, tagOf(await agents.get(name)));
    await agents.archive(name);
    return c.body(null, 204);
  });
}

/** Changes with each version, and with being archived. */
function tagOf({ version, archivedAt }: Agent): string {
  return archivedAt === null ? `"v${version}"` : `"v${version}-archived"`;
}

/** Throws for a spec no run could work with. A missing API key may still be set later. */
function checkSpec(parts: AppParts, spec: AgentSpec, name: string): void {
  if (spec.name !== name) {
    throw new FlotillaError(
      "invalid_request",
      `The spec is of agent "${spec.name}", the address of agent "${name}".`,
      { remedy: "Use the same name in both." },
    );
  }
  if (spec.output) checkOutputSchema(spec.output);
  checkModel(parts, spec.model);
  checkStrategies(spec);
  for (const { field, name: named } of modelsOf(spec)) checkModel(parts, named, field);
  const { model } = spec.context ?? {};
  if (model !== undefined) checkModel(parts, model, "context.model");
}

/** Throws when it names agents that are not there, or keys whose schema is none. */
async function checkTeam(agents: StoreView["agents"], { name, team }: AgentSpec): Promise<void> {
  if (!team) return;
  for (const schema of Object.values(team.blackboard)) checkOutputSchema(schema);
  const wanted = [...team.workers, ...team.handoffs];
  if (wanted.length === 0) return;
  const known = new Set((await agents.list(false)).map((agent) => agent.name));
  const missing = [...new Set(wanted)].filter((one) => one !== name && !known.has(one));
  if (missing.length === 0) return;
  const message = `The team names agents that there are none of: ${missing.join(", ")}.`;
  throw new FlotillaError("invalid_request", message, {
    remedy: "Apply them first; of agents that name each other, one without its team first.",
  });
}

/** @param field of the spec that names it, where that is not its `model` */
function checkModel({ router }: AppParts, model: string, field?: string): void {
  try {
    router.check(model);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const { code, message, remedy } = error;
    if (code === "credentials_missing") return;
    throw field === undefined ? error : new FlotillaError(code, `${field}: ${message}`, { remedy });
  }
}

async function newestVersion(
  agents: StoreView["agents"],
  name: string,
): Promise<Agent | undefined> {
  return agents.get(name).catch((error: unknown) => {
    if (error instanceof FlotillaError && error.code === "not_found") return undefined;
    throw error;
  });
}
