import type { Event } from "./event.ts";
import { reduce } from "./fold.ts";
import type { Plan, PlanEdit } from "./plan.ts";
import type { Run } from "./run.ts";

/** How a version of a plan came to be. */
export interface PlanVersion {
  version: number;
  at: string;
  by: string;
  /** What was wrong with the one before, where it is a plan of its own. */
  cause: "start" | "rejected" | "failed" | "edited" | "changed";
  reason: string | null;
  /** What was changed, where it is an edit. */
  edits: PlanEdit[];
  /** As it was then. */
  plan: Plan;
}

/** Every version of a run's plan, in order, from its events. */
export function planVersions(events: Iterable<Event>): PlanVersion[] {
  const versions: PlanVersion[] = [];
  let run: Run | undefined;
  for (const event of events) {
    run = reduce(run, event);
    const { plan } = run;
    if (!plan || plan.version === versions.at(-1)?.plan.version) continue;
    versions.push({ version: plan.version, at: event.at, ...originOf(event), plan });
  }
  return versions;
}

function originOf(event: Event): Pick<PlanVersion, "by" | "cause" | "reason" | "edits"> {
  switch (event.type) {
    case "plan.created": {
      const { by, cause = "start", reason = null } = event;
      return { by, cause, reason, edits: [] };
    }
    case "plan.edited": {
      const { by, reason = null, edits } = event;
      return { by, cause: "edited", reason, edits };
    }
    // A fork, or a replay, goes on with another plan.
    case "run.forked":
    case "run.retried":
      return { by: event.by, cause: "changed", reason: null, edits: event.changes?.plan ?? [] };
    default:
      return { by: "", cause: "changed", reason: null, edits: [] };
  }
}
