import { noUsage, type ModelRequest, type ProviderCallOutcome } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun } from "../../test/sample-run.ts";

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.drop());

const anyTime = { calls: 1, quietMs: 60_000, waitedMs: 60_000, bytes: 1_000_000 };
const two = { ...anyTime, calls: 2 };
let ids = 0;
const newId = () => `pbt_${++ids}`;

function request(runId: string, model: string): ModelRequest {
  return { model, instructions: "", messages: [], tools: [], settings: {}, step: 1, runId };
}

const completed: ProviderCallOutcome = {
  kind: "completed",
  completed: {
    type: "completed",
    message: { role: "assistant", content: [] },
    usage: noUsage,
    finish: "stop",
  },
};

/** A run whose call is queued, and which waits for it if said so. */
async function queued(model: string, isWaiting = true, giveUpInMs = 60_000): Promise<string> {
  const { store } = test;
  const runId = await createRun(store);
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  await store.providerBatches.queueCall({
    runId,
    step: 1,
    organisation: "default",
    model,
    request: request(runId, model),
    mostMicros: null,
    giveUpAt: new Date(Date.now() + giveUpInMs).toISOString(),
  });
  if (!isWaiting) return runId;
  const epoch = claimed?.epoch as number;
  await store.journal.append({
    runId,
    epoch,
    seq: 2,
    events: [
      { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
      { type: "step.started", step: 1, attempt: 1, model },
      { type: "run.waiting", for: { kind: "provider_batch", step: 1, expectedAt: null } },
    ],
  });
  return runId;
}

async function requestSize(model: string): Promise<{ bytes: number }> {
  const { rows } = await test.store.pool.query<{ bytes: number }>(
    "SELECT octet_length(request::text) AS bytes FROM provider_call WHERE model = $1 LIMIT 1",
    [model],
  );
  return rows[0] as { bytes: number };
}

const take = () => test.store.providerBatches.take(60_000);

it("calls of one model become one batch, once enough have come or one has waited long enough", async () => {
  const { providerBatches } = test.store;
  const first = await queued("p/ripe");
  await providerBatches.form(newId, two);
  expect(await take()).toBeUndefined();
  const second = await queued("p/ripe");
  const other = await queued("p/other");
  expect(await providerBatches.form(newId, two)).toBe(1);
  const batch = await take();
  expect(batch).toMatchObject({ model: "p/ripe", status: "submitting", wasTried: false });
  const open = await providerBatches.openCalls(batch?.id ?? "");
  expect(open.map(({ runId }) => runId)).toEqual([first, second].toSorted());
  expect(open[0]?.request.model).toBe("p/ripe");
  expect(await providerBatches.form(newId, anyTime)).toBe(1);
  const next = await take();
  expect(await providerBatches.openCalls(next?.id ?? "")).toMatchObject([{ runId: other }]);
});

it("a batch is one worker's at a time, and again somebody's when that one is not heard of", async () => {
  const { providerBatches } = test.store;
  await queued("p/held");
  await providerBatches.form(newId, anyTime);
  const batch = await take();
  expect(await take()).toBeUndefined();
  await providerBatches.lookAgain(batch?.id ?? "", 0);
  await providerBatches.submitted(batch?.id ?? "", "batch_abc");
  expect(await take()).toMatchObject({ id: batch?.id, status: "running", providerId: "batch_abc" });
  await providerBatches.ended(batch?.id ?? "", null);
  await providerBatches.lookAgain(batch?.id ?? "", 0);
  expect(await take()).toBeUndefined();
});

it("a call is not taken before its run waits for it, or once it was cancelled", async () => {
  const { providerBatches, runs } = test.store;
  await queued("p/early", false);
  const cancelled = await queued("p/early");
  await runs.cancel(cancelled, "person");
  expect(await providerBatches.form(newId, anyTime)).toBe(0);
  expect(await providerBatches.callOutcome(cancelled, 1)).toBeUndefined();
});

it("calls whose requests are too large for one batch become several", async () => {
  const { providerBatches } = test.store;
  for (let i = 0; i < 3; i++) await queued("p/large");
  const { bytes } = await requestSize("p/large");
  const batchOfTwo = { ...anyTime, bytes: bytes + 1 };
  expect(await providerBatches.form(newId, batchOfTwo)).toBe(1);
  const first = await take();
  expect(await providerBatches.openCalls(first?.id ?? "")).toHaveLength(2);
  expect(await providerBatches.form(newId, batchOfTwo)).toBe(1);
  const second = await take();
  expect(await providerBatches.openCalls(second?.id ?? "")).toHaveLength(1);
});

it("an outcome is kept once and makes the run due", async () => {
  const { providerBatches, runs } = test.store;
  const runId = await queued("p/done");
  expect(await providerBatches.callOutcome(runId, 1)).toBeNull();
  expect(await providerBatches.callOutcome(runId, 2)).toBeUndefined();
  await providerBatches.form(newId, anyTime);
  const { id = "" } = (await take()) ?? {};
  const ended = [{ runId, step: 1, outcome: completed }];
  await providerBatches.endCalls(id, ended);
  const failed: ProviderCallOutcome = {
    kind: "failed",
    error: { code: "model_timeout", message: "m", class: "transient", remedy: "r" },
  };
  await providerBatches.endCalls(id, [{ runId, step: 1, outcome: failed }]);
  expect(await providerBatches.callOutcome(runId, 1)).toEqual(completed);
  expect(await providerBatches.openCalls(id)).toEqual([]);
  const due: string[] = [];
  await runs.queueSingles(1_000, async (segments) => {
    due.push(...segments.map((one) => `${one.runId}:${one.segment}`));
  });
  expect(due).toContain(`${runId}:2`);
  await providerBatches.ended(id, null);
});

it("what can wait no longer is late", async () => {
  const { providerBatches } = test.store;
  await queued("p/late", true, -1);
  await providerBatches.form(newId, anyTime);
  expect(await take()).toMatchObject({ model: "p/late", isLate: true });
});
