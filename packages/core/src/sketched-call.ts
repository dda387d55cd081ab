import type { ToolPort } from "./port.ts";
import { callTerms, type AskedCall, type ToolDecision } from "./asked-call.ts";
import { decideTool } from "./tool-policy.ts";
import type { ToolPolicy } from "./compile-tool-rules.ts";
import { exampleMoment, type CallSketch, type PolicyExample } from "./tool-rule-set.ts";

type Tools = Pick<ToolPort, "list" | "destinations">;

/**
 * A call that somebody describes, as rules judge it: what he leaves out is the tool's own.
 *
 * @param now the moment of a call that names none
 */
export function sketchedCall(sketch: CallSketch, tools: Tools, now: number): AskedCall {
  const { tool, input, environment, labels, trustedText, role, user, at, spentUsd } = sketch;
  const { risk, reach, destinations, ...terms } = callTerms(tools, tool, input);
  return {
    ...{ tool, input, environment, labels, trustedText, ...terms },
    agent: sketch.agent ?? "",
    runId: sketch.runId ?? "",
    destinations: destinations(),
    risk: sketch.risk ?? risk,
    reach: sketch.reach ?? reach,
    role: role ?? null,
    ...(user !== undefined && { user }),
    at: at === undefined ? now : Date.parse(at),
    spentMicros: Math.round(spentUsd * 1_000_000),
  };
}

/** An example that the rules do not keep to. */
export interface BrokenExample {
  /** Its place among the examples, from 0. */
  index: number;
  example: PolicyExample;
  got: ToolDecision;
}

/** The examples of which the rules make something else than is expected. */
export function brokenExamples(
  policy: Pick<ToolPolicy, "about" | "version">,
  examples: readonly PolicyExample[],
  tools: Tools,
): BrokenExample[] {
  return examples.flatMap((example, index) => {
    const got = decideTool(sketchedCall(example.call, tools, exampleMoment), policy);
    return got.effect === example.expect ? [] : [{ index, example, got }];
  });
}
