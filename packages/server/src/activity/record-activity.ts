import type { ActivityOutcome } from "@flotilla/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { ServerEnv } from "../app-parts.ts";
import { noteActivity } from "./note-activity.ts";

const reading = new Set(["GET", "HEAD", "OPTIONS"]);
/** Ask with a body and change nothing themselves: what they stand for is a request, and noted as one. Or it is no deed. */
const asking = new Set([
  "/api/v1/policy/check",
  "/api/v1/schedule-times/preview",
  "/api/v1/me/news/seen",
  "/mcp",
  "/a2a/:agent",
]);

/**
 * Notes each request of a known caller that changes something or wants to, and each that is refused him. What
 * happens before somebody is known (sign-in) is noted where it happens; a request without proof of who asks is
 * a line of the process's log only, so that nobody can fill the table from outside.
 */
export const recordActivity = createMiddleware<ServerEnv>(async (c, next) => {
  await next();
  const { guard, caller } = c.var as Partial<ServerEnv["Variables"]>;
  if (!caller || guard === undefined || guard === "public") return;
  const outcome = outcomeOf(c.res.status);
  const pattern = patternOf(c);
  if ((reading.has(c.req.method) || asking.has(pattern)) && outcome !== "refused") return;
  noteActivity(c, {
    action: guard === "signed-in" ? "account.change" : guard,
    // As the OpenAPI document writes it.
    operation: `${c.req.method} ${pattern.replaceAll(/:(\w+)/g, "{$1}")}`,
    outcome,
    status: c.res.status,
    resource: resourceOf(c, pattern),
  });
});

function outcomeOf(status: number): ActivityOutcome {
  if (status === 401 || status === 403 || status === 429) return "refused";
  return status < 400 ? "allowed" : "failed";
}

function patternOf(c: Context<ServerEnv>): string {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path ?? c.req.path;
}

/**
 * The path up to its last parameter: `runs/run_…` of `/api/v1/runs/{runId}/cancel`. Where there is none,
 * what the handler named.
 */
function resourceOf(c: Context<ServerEnv>, pattern: string): string {
  const { resource } = c.var as Partial<ServerEnv["Variables"]>;
  const last = pattern.split("/").findLastIndex((segment) => segment.startsWith(":"));
  if (last < 0 && resource !== undefined) return resource;
  const path = c.req.path.split("/").slice(0, last < 0 ? undefined : last + 1);
  return path
    .slice(path[1] === "api" ? 3 : 1)
    .map(decode)
    .join("/");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
