import type { ActivityOutcome } from "@flotilla/core";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { ServerEnv } from "../app-parts.ts";
import { noteActivity } from "./note-activity.ts";

const reading = new Set(["GET", "HEAD", "OPTIONS"]);

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
  if (reading.has(c.req.method) && outcome !== "refused") return;
  const pattern = patternOf(c);
  const resource = resourceOf(c, pattern);
  noteActivity(c, {
    action: guard === "signed-in" ? "account.change" : guard,
    operation: `${c.req.method} ${pattern}`,
    outcome,
    status: c.res.status,
    ...(resource !== undefined && { resource }),
  });
});

function outcomeOf(status: number): ActivityOutcome {
  if (status === 401 || status === 403 || status === 429) return "refused";
  return status < 400 ? "allowed" : "failed";
}

function patternOf(c: Context<ServerEnv>): string {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path ?? c.req.path;
}

/** What the handler named, else the path up to its last parameter: `runs/run_…` of `/api/v1/runs/{runId}/cancel`. */
function resourceOf(c: Context<ServerEnv>, pattern: string): string | undefined {
  const { resource } = c.var as Partial<ServerEnv["Variables"]>;
  if (resource !== undefined) return resource;
  const segments = pattern.split("/");
  const last = segments.findLastIndex((segment) => segment.startsWith(":"));
  const path = c.req.path.split("/").slice(0, last < 0 ? segments.length : last + 1);
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
