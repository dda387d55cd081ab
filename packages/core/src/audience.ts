import { userOf, type Caller } from "./caller.ts";
import type { InboxItem } from "./inbox.ts";
import type { Decision } from "./policy.ts";
import { mayGive } from "./role.ts";

/** What an answer is judged by, beside the permission. */
export type Asked = Pick<InboxItem, "audience" | "assignee">;

/**
 * Whether the caller is one of those who are asked: the one it is assigned to; else the person of the
 * audience; else whoever is as powerful as its role. Where nobody signs in, nobody is known, and
 * everybody is asked.
 */
export function mayAnswer(caller: Caller, { audience, assignee }: Asked): Decision {
  if (caller.kind === "local") return { allowed: true, reason: "nobody signs in" };
  const person = assignee ?? audience.userId ?? null;
  if (person !== null) {
    const how = assignee === null ? "is for" : "is assigned to";
    return person === userOf(caller)
      ? { allowed: true, reason: `it ${how} ${caller.name}` }
      : { allowed: false, reason: `it ${how} ${person}` };
  }
  const { role } = audience;
  if (role === undefined || mayGive(caller.role, role)) {
    return { allowed: true, reason: `it is for ${role ?? "everybody who may answer"}` };
  }
  return { allowed: false, reason: `it is for ${role}, and ${caller.name} is ${caller.role}` };
}
