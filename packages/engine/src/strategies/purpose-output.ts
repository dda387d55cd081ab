import type { AgentSpec, JsonObject, Run, StepPurpose } from "@flotilla/core";
import { planProposalOutput, verdictOutput } from "./plan-proposal.ts";

/** The JSON Schema that an answer for a purpose has to fit; undefined: it is text. */
export function purposeOutput(
  run: Run,
  spec: AgentSpec,
  purpose: StepPurpose,
): JsonObject | undefined {
  switch (purpose.kind) {
    case "plan":
      return planProposalOutput;
    case "critique":
      return verdictOutput;
    case "plan_step": {
      const check = run.plan?.steps.find(({ id }) => id === purpose.id)?.check;
      return check?.kind === "schema" ? check.schema : undefined;
    }
    case "try":
    case "answer":
      return spec.output;
  }
}
