import { z } from "zod";
import { permissions, type Permission } from "./permission.ts";

/** What a member of an organisation is to it, the most powerful first. */
export const roles = ["owner", "admin", "builder", "operator", "approver", "viewer"] as const;

export const roleSchema = z.enum(roles);

export type Role = z.infer<typeof roleSchema>;

const viewer: Permission[] = [
  "agents.read",
  "runs.read",
  "feedback.read",
  "batches.read",
  "schedules.read",
  "threads.read",
  "tools.read",
  "mcp.read",
  "models.read",
  "limits.read",
  "costs.read",
  "budgets.read",
  "cache.read",
  "status.read",
  "organisation.read",
  "members.read",
];

const approver: Permission[] = [...viewer, "interrupts.answer", "feedback.write"];

/** Runs what others built, and keeps it running. */
const running: Permission[] = [
  ...viewer,
  "agents.run",
  "runs.steer",
  "feedback.write",
  "batches.write",
  "batches.steer",
  "schedules.write",
  "threads.write",
  "tools.use",
  "credentials.use",
  "connections.use",
  "cache.clear",
  "errors.read",
  "errors.write",
];

const operator: Permission[] = [
  ...running,
  "interrupts.answer",
  "triggers.read",
  "triggers.write",
  "notifications.read",
  "notifications.write",
  "fleet.read",
  "fleet.steer",
];

/** Whoever builds an agent does not approve what it asks for, unless a rule allows it. */
const builder: Permission[] = [
  ...running,
  "agents.write",
  "credentials.read",
  "connections.read",
  "rules.read",
  "notifications.read",
  "triggers.read",
  "triggers.write",
];

const ownerOnly = new Set<Permission>(["organisation.create"]);

/** What each role may do where no access rule says otherwise. */
export const rolePermissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(permissions),
  admin: new Set(permissions.filter((permission) => !ownerOnly.has(permission))),
  builder: new Set(builder),
  operator: new Set(operator),
  approver: new Set(approver),
  viewer: new Set(viewer),
};

/** Whether one who is `giver` may give somebody the role `given`: nobody gives more than he has. */
export function mayGive(giver: Role, given: Role): boolean {
  return [...rolePermissions[given]].every((one) => rolePermissions[giver].has(one));
}
