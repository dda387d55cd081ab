import { newTarget, routeTargetSchema, type ErrorCode, type TargetHealth } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { targetRequest } from "../../test/target-request.ts";
import { isForOthers, judgeTarget, turnsTaken, type TargetKnowledge } from "./judge-target.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const inMs = (ms: number) => new Date(now + ms).toISOString();
const known: TargetKnowledge = { context: null, health: undefined, now, overflowed: [] };
const target = (changed: object = {}) => routeTargetSchema.parse({ model: "p/m", ...changed });
const healthy = (changed: Partial<TargetHealth>): TargetKnowledge => ({
  ...known,
  health: { ...newTarget("p/m", now), ...changed },
});
const failed = (code: ErrorCode) => ({ failed: [{ model: "p/m", code }] });

describe("a target can take a call", () => {
  test("when nothing speaks against it, also with nothing known", () => {
    const needs = { needsTools: true, needsJson: true, needsVision: true };
    expect(judgeTarget(target(), targetRequest(needs), known)).toEqual({
      can: true,
      isProbe: false,
    });
  });

  test.each([
    [{ tools: false }, { needsTools: true }, /cannot call tools/],
    [{ json: false }, { needsJson: true }, /JSON Schema/],
    [{ vision: false }, { needsVision: true }, /images/],
  ])("only with what it needs: %o for %o", (spec, needs, why) => {
    const verdict = judgeTarget(target(spec), targetRequest(needs), known);
    expect(verdict).toMatchObject({ can: false, againInMs: null, why: expect.stringMatching(why) });
    expect(judgeTarget(target(spec), targetRequest(), known).can).toBe(true);
  });

  test("only in a context that holds it, larger than where it did not fit", () => {
    const judge = (context: number | null, overflowed: (number | null)[] = []) =>
      judgeTarget(target(), targetRequest({ inputTokens: 9_000 }), {
        ...known,
        context,
        overflowed,
      });
    expect(judge(8_192)).toMatchObject({ can: false, why: expect.stringContaining("8192") });
    expect(judge(9_000).can).toBe(true);
    expect(judge(16_000, [16_000]).can).toBe(false);
    expect(judge(32_000, [16_000]).can).toBe(true);
    expect(judge(null, [16_000]).can).toBe(true);
    expect(judge(16_000, [null]).can).toBe(true);
  });

  test("only while its breaker lets it, and one at a time when that is half open", () => {
    const judge = (changed: Partial<TargetHealth>) =>
      judgeTarget(target(), targetRequest(), healthy(changed));
    expect(judge({ openUntil: inMs(5_000) })).toMatchObject({ can: false, againInMs: 5_000 });
    expect(judge({ openUntil: inMs(0) })).toEqual({ can: true, isProbe: true });
    expect(judge({ openUntil: inMs(-9), probeUntil: inMs(9) })).toMatchObject({ can: false });
    expect(judge({ openUntil: inMs(-9), probeUntil: inMs(-1) })).toEqual({
      can: true,
      isProbe: true,
    });
  });

  test("unless its provider asked for a long pause; a short one is waited for", () => {
    const judge = (ms: number) =>
      judgeTarget(target(), targetRequest(), healthy({ pausedUntil: inMs(ms) }));
    expect(judge(30_000)).toMatchObject({ can: false, againInMs: 30_000 });
    expect(judge(2_000).can).toBe(true);
  });

  test.each(["model_quota_exhausted", "credentials_missing", "unknown_model"] as const)(
    "not again in a step that it failed with %s",
    (code) => {
      expect(judgeTarget(target(), targetRequest(failed(code)), known)).toMatchObject({
        can: false,
        againInMs: null,
      });
    },
  );
});

test("what passes makes it the turn of others; a rate limit does not", () => {
  expect(turnsTaken("p/m", targetRequest(failed("model_stream_broken")))).toBe(1);
  expect(turnsTaken("p/m", targetRequest(failed("model_rate_limited")))).toBe(0);
  expect(turnsTaken("p/other", targetRequest(failed("model_stream_broken")))).toBe(0);
});

test("others may do better where it is the target, not the call, that failed", () => {
  expect(isForOthers("model_unavailable", "fail")).toBe(true);
  expect(isForOthers("context_overflow", "fail")).toBe(true);
  expect(isForOthers("model_refused", "fail")).toBe(false);
  expect(isForOthers("model_refused", "next")).toBe(true);
  expect(isForOthers("model_rejected", "next")).toBe(false);
  expect(isForOthers("limit_wall_time", "next")).toBe(false);
});
