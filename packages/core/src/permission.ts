import { z } from "zod";

/**
 * Everything that can be permitted, as `noun.verb`. What acts on the whole instance and not on one
 * organisation is `fleet.*`: it counts only in the home organisation.
 */
export const permissions = [
  "agents.read",
  "agents.write",
  "agents.run",
  "runs.read",
  /** Cancel, retry, pause, resume, and act in their place. */
  "runs.steer",
  /** Of runs: what people think of them. */
  "feedback.read",
  "feedback.write",
  "interrupts.answer",
  "batches.read",
  /** Create, load and change. */
  "batches.write",
  /** Start, pause, resume, cancel and retry. */
  "batches.steer",
  "schedules.read",
  /** Create, change, pause, trigger and backfill; what they start needs agents.run as well. */
  "schedules.write",
  "threads.read",
  "threads.write",
  "tools.read",
  /** A run's calls of a tool are made in the name of who started it. */
  "tools.use",
  /** Servers whose tools runs call over the Model Context Protocol. */
  "mcp.read",
  /** Add, approve, change and remove them, and their tools. */
  "mcp.write",
  "models.read",
  "limits.read",
  "costs.read",
  "budgets.read",
  "budgets.write",
  "cache.read",
  "cache.clear",
  "credentials.read",
  "credentials.write",
  "credentials.use",
  "connections.read",
  "connections.write",
  /** As with tools, a run uses them in the name of who started it. */
  "connections.use",
  "status.read",
  "organisation.read",
  "organisation.write",
  "organisation.create",
  "members.read",
  "members.write",
  "rules.read",
  "rules.write",
  "keys.read",
  "keys.write",
  "activity.read",
  "errors.read",
  "errors.write",
  "triggers.read",
  "triggers.write",
  "notifications.read",
  "notifications.write",
  "fleet.read",
  "fleet.steer",
] as const;

export const permissionSchema = z.enum(permissions);

export type Permission = z.infer<typeof permissionSchema>;

/** Those that access rules can give or take for a named agent, batch, tool, credential or connection alone. */
export const namedPermissions: ReadonlySet<Permission> = new Set(
  permissions.filter((one) =>
    [
      "agents",
      "runs",
      "feedback",
      "interrupts",
      "batches",
      "schedules",
      "threads",
      "tools",
      "credentials",
      "connections",
    ].includes(one.split(".")[0] as string),
  ),
);
