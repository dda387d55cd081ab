import {
  agentApplyQuerySchema,
  agentApplySchema,
  agentListQuerySchema,
  agentListSchema,
  agentParamsSchema,
  agentQuerySchema,
  longPageQuerySchema,
} from "@flotilla/api";
import { agentSchema, newId, type Agent } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import { permit, permitted } from "../access/permit.ts";
import type { ApiApp, AppParts } from "../app-parts.ts";
import { checkAgent } from "../check-agent.ts";
import { checkMatch } from "../http/entity-tag.ts";
import { pageOfAll } from "../page.ts";
import { newestAgent } from "../newest-agent.ts";
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
  request: {
    params: agentParamsSchema,
    query: agentApplyQuerySchema,
    body: jsonBody(agentApplySchema),
  },
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
    await checkAgent(c, parts, spec, c.req.valid("param").name);
    const { note } = c.req.valid("query");
    const { agents } = c.var.store;
    const before = await newestAgent(agents, spec.name);
    const isMatched = checkMatch(c.req, before && tagOf(before));
    const onVersion = isMatched ? (before?.version ?? 0) : undefined;
    const terms = { onVersion, note, by: c.var.caller.name };
    const agent = await agents.apply(spec, newId("agt", parts.clock.now()), terms);
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
