import type { ErrorCode, RouteTarget, TargetHealth, TargetRequest } from "@flotilla/core";
import { breakerState, mayProbe } from "@flotilla/core";

/** A provider that asks for a longer pause is passed over; a shorter one is waited for. */
const longestPauseMs = 3_000;
/** When a target that is being probed is looked at again. */
const probeAgainMs = 1_000;
/** A history is made shorter for a target that found it too long, so often but once. */
const longestOverflows = 2;

export type Verdict = { can: true; isProbe: boolean } | Refusal;

export interface Refusal {
  can: false;
  why: string;
  /** When it may come back by itself; null: never for this call. */
  againInMs: number | null;
  /** Only its window speaks against it: it can take the call once the history is summarised. */
  compacted?: { context: number; isProbe: boolean };
}

/** What is known of a target when it is judged. */
export interface TargetKnowledge {
  /** Tokens of its context window; null: unknown, and assumed to be large enough. */
  context: number | null;
  health: TargetHealth | undefined;
  /** By the database's clock. */
  now: number;
  /** The windows of targets that this call was too large for. */
  overflowed: (number | null)[];
}

/** After these a target is not asked again for the same step; another one may do better. */
const finalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "model_quota_exhausted",
  "credentials_missing",
  "unknown_model",
  "capacity_never",
  "context_overflow",
  "model_refused",
]);

/** After these the next target is asked, and this one again when all have failed. */
const passingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "model_unavailable",
  "model_overloaded",
  "model_timeout",
  "model_stream_broken",
]);

/** Whether another target may do better where one failed like this. */
export function isForOthers(code: ErrorCode, onRefusal: "fail" | "next"): boolean {
  if (code === "model_refused") return onRefusal === "next";
  return finalCodes.has(code) || passingCodes.has(code) || code === "model_rate_limited";
}

/** How often a target failed in this step in a way that makes it the turn of others. */
export function turnsTaken(model: string, { failed }: TargetRequest): number {
  return failed.filter((one) => one.model === model && passingCodes.has(one.code)).length;
}

/** Whether a target can take a call now, and if not, why and until when. */
export function judgeTarget(
  target: RouteTarget,
  request: TargetRequest,
  knowledge: TargetKnowledge,
): Verdict {
  const why = incapable(target, request) ?? ended(target, request);
  if (why) return { can: false, why, againInMs: null };
  const tooSmall = isTooSmall(target, request, knowledge);
  const able = judgeHealth(knowledge);
  if (!tooSmall) return able;
  const { context } = knowledge;
  const mayCompact = able.can && context !== null && overflows(target, request) < longestOverflows;
  return {
    can: false,
    why: tooSmall,
    againInMs: null,
    ...(mayCompact && { compacted: { context, isProbe: able.isProbe } }),
  };
}

function judgeHealth({ health, now }: TargetKnowledge): Verdict {
  if (!health) return { can: true, isProbe: false };
  const pauseMs = health.pausedUntil ? Date.parse(health.pausedUntil) - now : 0;
  if (pauseMs > longestPauseMs) {
    return {
      can: false,
      why: `its provider asked for a pause of ${inSeconds(pauseMs)}`,
      againInMs: pauseMs,
    };
  }
  return judgeBreaker(health, now);
}

function judgeBreaker(health: TargetHealth, now: number): Verdict {
  const failures = health.lastError ? `, last with ${health.lastError.code}` : "";
  switch (breakerState(health, now)) {
    case "closed":
      return { can: true, isProbe: false };
    case "open": {
      const againInMs = Date.parse(health.openUntil ?? "") - now;
      const why = `its breaker is open for ${inSeconds(againInMs)}: ${health.failuresInARow} failures in a row${failures}`;
      return { can: false, why, againInMs };
    }
    case "half_open":
      if (mayProbe(health, now)) return { can: true, isProbe: true };
      return {
        can: false,
        why: `its breaker is half open and another call tries it${failures}`,
        againInMs: probeAgainMs,
      };
  }
}

function incapable(target: RouteTarget, request: TargetRequest): string | undefined {
  if (request.needsTools && !target.tools) return "it cannot call tools";
  if (request.needsJson && !target.json) return "it cannot be held to a JSON Schema";
  if (request.needsVision && !target.vision) return "it cannot see images";
  return undefined;
}

function ended({ model }: RouteTarget, { failed }: TargetRequest): string | undefined {
  const last = failed.find(
    (one) => one.model === model && finalCodes.has(one.code) && one.code !== "context_overflow",
  );
  return last && `it failed with ${last.code}`;
}

function overflows({ model }: RouteTarget, { failed }: TargetRequest): number {
  return failed.filter((one) => one.model === model && one.code === "context_overflow").length;
}

function isTooSmall(
  target: RouteTarget,
  request: TargetRequest,
  { context, overflowed }: TargetKnowledge,
): string | undefined {
  if (overflows(target, request) > 0) return "it failed with context_overflow";
  if (context === null) return undefined;
  if (request.inputTokens > context) {
    return `about ${request.inputTokens} tokens do not fit its context of ${context}`;
  }
  if (overflowed.some((window) => window !== null && window >= context)) {
    return `its context of ${context} is not larger than that of a target the call did not fit`;
  }
  return undefined;
}

function inSeconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}
