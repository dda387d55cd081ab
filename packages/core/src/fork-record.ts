import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./json.ts";
import type { RecordedCall } from "./recorded-call.ts";
import type { Run, ToolStep } from "./run.ts";

/** The calls that a run has made and knows the result of, in order. */
export function recordedCalls(run: Run): RecordedCall[] {
  return [...run.steps.filter(isRecord).map(recordOf), ...(run.fork?.record ?? [])];
}

/** Whether a step is a call whose result tells what the tool did. */
export function isRecord(step: Run["steps"][number]): step is ToolStep {
  if (step.kind !== "tool") return false;
  return step.status === "done" || (step.status === "failed" && step.error?.code === "tool_failed");
}

export function recordOf(step: ToolStep): RecordedCall {
  const { tool, input, output, artifact, error, labels } = step;
  return {
    ...{ tool, input, output },
    ...(artifact && { artifact }),
    ...(error && { error }),
    ...(labels && { labels }),
  };
}

/**
 * What the record of a fork says to a call: the first time what the first such call came to after the place
 * of the fork, the second time the second, and when there are no more the last one there was, before the
 * place or after. Undefined when no call of that tool with that input is known.
 */
export function fromRecord(
  run: Run,
  call: { callId: string; tool: string; input: Json },
): RecordedCall | undefined {
  if (!run.fork) return undefined;
  const { record, reused } = run.fork;
  const key = canonicalJson([call.tool, call.input]);
  const isSame = (one: { tool: string; input: Json }) =>
    canonicalJson([one.tool, one.input]) === key;
  const made = run.steps.filter(
    (step): step is ToolStep => step.kind === "tool" && step.callId !== call.callId && isSame(step),
  );
  const copied = new Set(run.steps.slice(0, reused.items));
  const before = made.filter((one) => copied.has(one));
  const known = record.filter(isSame);
  const earlier = before.findLast(isRecord);
  return known[made.length - before.length] ?? known.at(-1) ?? (earlier && recordOf(earlier));
}
