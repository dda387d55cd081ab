import { newsSeenSchema } from "@flotilla/api";
import {
  decide,
  mayGive,
  newsSchema,
  roles,
  userOf,
  type AccessRule,
  type Caller,
  type News,
  type NewsItem,
  type NewsKind,
  type Permission,
} from "@flotilla/core";
import type { Context } from "hono";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp, AppParts, ServerEnv } from "../app-parts.ts";
import { jsonAnswers, jsonBody } from "../openapi.ts";
import { ownerOf } from "./preferences.ts";

const tags = ["account"];

const get = guardedRoute("signed-in", {
  method: "get",
  path: "/me/news",
  summary: "What is new for the caller: decisions, ends of what he began, budgets, MCP servers",
  description:
    "At most sixty, of the last week and of what still waits. What he may not know of is left out.",
  tags,
  responses: jsonAnswers("The newest first.", newsSchema),
});

const see = guardedRoute("signed-in", {
  method: "post",
  path: "/me/news/seen",
  summary: "Mark what is not newer than a moment as seen by the caller",
  tags,
  request: { body: jsonBody(newsSeenSchema) },
  responses: jsonAnswers("The newest first.", newsSchema),
});

/** What somebody needs to be told of it, and to be of use about it. */
const needs: Readonly<Record<NewsKind, Permission>> = {
  decision: "interrupts.answer",
  runs: "runs.read",
  batch: "batches.read",
  budget: "budgets.read",
  signIn: "mcp.write",
  tools: "mcp.write",
};
const kinds = Object.keys(needs) as NewsKind[];

export function newsRoutes(app: ApiApp, { access }: AppParts): void {
  app.openapi(get, async (c) => c.json(await newsFor(c)));

  app.openapi(see, async (c) => {
    await c.var.store.news.see(placeOf(c.var.caller), c.req.valid("json").until);
    return c.json(await newsFor(c));
  });

  async function newsFor(c: Context<ServerEnv>): Promise<News> {
    const { caller, store } = c.var;
    const rules = await access.rules(caller.organisation);
    const { items, seenUntil } = await store.news.read({
      ...placeOf(caller),
      userId: caller.kind === "local" ? null : (userOf(caller) ?? caller.id),
      roles: roles.filter((role) => mayGive(caller.role, role)),
      kinds: kinds.filter((kind) => decide(caller, needs[kind], rules).allowed),
    });
    const newest = items.filter((item) => isShown(caller, rules, item));
    const unseen = newest.filter(({ at }) => seenUntil === null || at > seenUntil).length;
    return { newest, unseen, seenUntil };
  }
}

function placeOf(caller: Caller) {
  const { organisation, environment } = caller;
  return { organisation, environment, owner: ownerOf(caller) };
}

/** Access rules may keep an agent or a batch from somebody. */
function isShown(caller: Caller, rules: readonly AccessRule[], item: NewsItem): boolean {
  const may = (resource: string) => decide(caller, needs[item.kind], rules, resource).allowed;
  if (item.kind === "decision" || item.kind === "runs") return may(item.agentName);
  return item.kind !== "batch" || may(item.name);
}
