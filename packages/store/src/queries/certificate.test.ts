import { noUsage, type EventData } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { runsOf, startedBatch, tick } from "../../test/sample-batch.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());

const error = {
  code: "model_rate_limited",
  message: "m",
  class: "transient",
  remedy: "r",
  details: { status: 429 },
} as const;

/** A run whose first attempt is refused and whose second waits and is answered. */
function events(epoch: number, ms: number, priced: "call" | "cache"): EventData[] {
  const step = { step: 1 };
  return [
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "step.started", ...step, attempt: 1, model: "p/m?x" },
    { type: "step.failed", ...step, attempt: 1, error, retryInMs: 0 },
    { type: "step.started", ...step, attempt: 2, model: "p/m?x" },
    {
      type: "step.completed",
      ...step,
      attempt: 2,
      message: { role: "assistant", content: [] },
      usage: { ...noUsage, inputTokens: 100, outputTokens: 50 },
      finish: "stop",
      costMicros: 10,
      priced,
      waited: { requests: 400, tokens: 100 },
      firstTokenMs: 1,
      ms,
    },
    { type: "run.completed", output: "x" },
  ];
}

describe("the certificate of a batch", () => {
  it("has the calls of its journal by bucket, its bound and its waits, and is kept at the end", async () => {
    const { store } = test;
    const limits = { requestsPerMinute: 60 };
    await store.capacity.hear({
      bucket: "p/m",
      limits,
      observed: null,
      pauseMs: null,
      why: null,
      refused: 0,
    });
    const id = await startedBatch(store, { rows: 3, concurrency: 3 });
    await tick(store, id);
    for (const [i, runId] of (await runsOf(store, id)).entries()) {
      const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
      const epoch = claimed?.epoch as number;
      const priced = i === 2 ? "cache" : "call";
      await store.journal.append({
        runId,
        epoch,
        seq: 2,
        events: events(epoch, 1_000 * (i + 1), priced),
      });
    }
    expect(await store.batches.certificate(id)).toMatchObject({ isFinal: false });
    expect(await tick(store, id)).toEqual({ kind: "completed" });
    await store.batches.certify(id);
    const certificate = await store.batches.certificate(id);
    expect(certificate).toMatchObject({
      batchId: id,
      isFinal: true,
      lowerBoundMs: 5_000,
      bounds: [
        { of: "requests", bucket: "p/m", ms: 5_000 },
        { of: "critical_path", bucket: null, ms: 2_000 },
      ],
      refused: 3,
      waited: { requests: 1_200, tokens: 300 },
      buckets: [{ bucket: "p/m", limits, requests: 5, inputTokens: 200, peakRequests: 5 }],
    });
    await store.pool.query("DELETE FROM event");
    expect(await store.batches.certificate(id)).toEqual(certificate);
  });

  it("is not there for a batch that does not exist", async () => {
    await expect(test.store.batches.certificate("bat_0")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
