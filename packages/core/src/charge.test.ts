import { describe, expect, it } from "vitest";
import { chargeOf } from "./charge.ts";
import type { EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { noUsage } from "./usage.ts";

const at = "2026-01-01T00:00:00.000Z";
const step = { step: 1, attempt: 1 };
const usage = { ...noUsage, inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 10 };
const prices = { input: 1_000_000, output: 2_000_000, cachedInput: 100_000 };

const begun: EventData[] = [
  { type: "run.created", agentId: "agt_1", agentName: "a", agentVersion: 1, input: { text: "q" } },
  { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
  { type: "step.started", ...step, model: "p/m" },
];

function run(...events: EventData[]) {
  return fold(
    [...begun, ...events].map((data, i) => ({ runId: "run_1", seq: i + 1, at, ...data })),
  );
}

const completed: EventData = {
  type: "step.completed",
  ...step,
  message: { role: "assistant", content: [] },
  usage,
  finish: "stop",
  costMicros: 660,
  prices,
  firstTokenMs: null,
  ms: 1,
};

const lost = { usage, usageEstimated: true, costMicros: null } as const;

describe("chargeOf", () => {
  it("is the target's, with what the provider's prompt cache spared", () => {
    expect(chargeOf(run(), completed)).toEqual({
      model: "p/m",
      priced: "call",
      failed: false,
      estimated: false,
      usage,
      costMicros: 660,
      savedMicros: 360,
    });
  });

  it("of an answer from the cache says what was saved, and costs nothing", () => {
    const saved = { usage, costMicros: 660 };
    const cached: EventData = {
      ...completed,
      usage: noUsage,
      costMicros: 0,
      priced: "cache",
      saved,
    };
    expect(chargeOf(run(), cached)).toMatchObject({
      priced: "cache",
      costMicros: 0,
      savedMicros: 660,
    });
  });

  it("of an attempt that died belongs to the target that was asked then", () => {
    const restarted: EventData = {
      type: "step.restarted",
      step: 1,
      attempt: 2,
      model: "p/other",
      reason: "r",
      ...lost,
    };
    expect(chargeOf(run(), restarted)).toMatchObject({
      model: "p/m",
      failed: true,
      estimated: true,
      costMicros: null,
    });
    const after = run(restarted);
    expect(after).toMatchObject({ costMicros: 0, costIncomplete: true, usage });
    expect(after.steps[0]).toMatchObject({
      attempts: [{ usage, usageEstimated: true, costMicros: null }, { attempt: 2 }],
    });
  });

  it("is none where nothing was used", () => {
    const error = {
      code: "model_overloaded",
      message: "m",
      class: "transient",
      remedy: "r",
    } as const;
    const failed: EventData = { type: "step.failed", ...step, error, retryInMs: 0 };
    expect(chargeOf(run(), failed)).toBeUndefined();
    expect(chargeOf(run(), { ...failed, ...lost })).toMatchObject({ failed: true });
    expect(chargeOf(run(), begun[2] as EventData)).toBeUndefined();
  });
});
