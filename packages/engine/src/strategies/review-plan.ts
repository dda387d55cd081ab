import { createHash } from "node:crypto";
import { canonicalJson, FlotillaError, intendedPlan, newId, type Plan } from "@flotilla/core";
import { interruptTerms } from "../interrupt-terms.ts";
import type { Segment } from "../segment.ts";

/** Binds an approval to the plan as it was shown. */
function planHash(plan: Pick<Plan, "goal" | "steps">): string {
  return createHash("sha256")
    .update(canonicalJson(intendedPlan(plan)))
    .digest("hex");
}

/** Asks a person for the plan's approval. It is staged: it goes into the journal with the wait that follows. */
export function reviewPlan(segment: Segment): void {
  const { journal, parts } = segment;
  const { plan } = journal.run;
  if (!plan) throw new FlotillaError("internal", "A plan is to be reviewed that is not there.");
  const hash = planHash(plan);
  journal.stage({
    type: "interrupt.raised",
    interruptId: newId("int", parts.clock.now()),
    kind: "plan_review",
    planVersion: plan.version,
    hash,
    prompt: `May the plan be carried out? ${plan.goal}`,
    ...interruptTerms(segment, hash),
  });
}
