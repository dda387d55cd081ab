import {
  FlotillaError,
  fromRecord,
  type EventData,
  type ForkEffects,
  type ToolCallPart,
} from "@flotilla/core";
import { toolNames } from "./model-request.ts";
import type { Segment } from "./segment.ts";

/**
 * What a fork, or a run that does a part of one, says to a call that it does not make: the result that its record has for it, or that its
 * effects are blocked, which the model is told. Undefined for calls that are made: of tools that only
 * read, and all of them where the fork allows effects.
 */
export function forkedCall(
  { journal, spec, parts, history }: Segment,
  call: ToolCallPart,
  step: number,
): EventData[] | undefined {
  const { run } = journal;
  const effects = run.fork?.effects ?? run.parent?.effects ?? "allow";
  if (effects === "allow") return undefined;
  const { callId, tool, input } = call;
  const info = toolNames({ spec, journal, history }).includes(tool)
    ? parts.tools.list().find(({ name }) => name === tool)
    : undefined;
  if (!info || info.risk === "read") return undefined;
  const recorded = effects === "record" ? fromRecord(run, call) : undefined;
  // The engine's own calls ask somebody, or start runs that are forks in this respect too.
  if (!recorded && info.by === "engine") return undefined;
  const idempotencyKey = `${run.runId}:${callId}`;
  const intended = {
    type: "effect.intended",
    ...{ step, callId, tool, input, attempt: 1, idempotencyKey },
  } as const;
  if (recorded && !recorded.error) {
    const { output, artifact, labels } = recorded;
    const kept = { output, ...(artifact && { artifact }), ...(labels && { labels }) };
    const done = { callId, ...kept, ms: 0 };
    return [intended, { type: "effect.done", ...done, via: "recorded" }];
  }
  const error = recorded?.error ?? blocked(effects, tool).toRecord();
  return [intended, { type: "effect.failed", callId, error, ms: 0, retryInMs: null }];
}

function blocked(effects: ForkEffects, tool: string): FlotillaError {
  const why = effects === "record" ? `, and none of ${tool} with this input was recorded` : "";
  return new FlotillaError(
    "effect_blocked",
    `This run is a fork that makes no calls with side effects${why}.`,
  );
}
