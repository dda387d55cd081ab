import {
  batchCharge,
  FlotillaError,
  newId,
  toFlotillaError,
  type BatchCall,
  type Clock,
  type EndedCall,
  type EngineStore,
  type Log,
  type OpenProviderBatch,
  type ProviderBatchPort,
  type ProviderCallOutcome,
  type QueuedCall,
  type RedactPort,
} from "@flotilla/core";

export interface ProviderBatchFeed {
  store: Pick<EngineStore, "providerBatches">;
  providerBatches: ProviderBatchPort;
  redact: RedactPort;
  clock: Clock;
  log: Log;
}

/**
 * Providers like few large batches; a row of a file follows the one before at once. A worker holds the
 * requests of a batch in memory, and OpenAI takes files of up to 200 MB.
 */
const ripe = { calls: 25_000, quietMs: 2_000, waitedMs: 60_000, bytes: 64 * 1024 * 1024 };
/** Longer than any request to a provider may take; a dead worker's batch is taken up after it. */
const holdMs = 120_000;
const firstLookMs = 1_000;
const longestLookMs = 60_000;
const outcomesPerWrite = 500;

/**
 * Hands waiting calls to providers' batch endpoints and brings their answers home. Every worker does
 * it, each batch is one worker's at a time, and each piece of work can be repeated: a batch that was
 * submitted just before a crash is found at the provider by its key, and outcomes are kept once.
 */
export async function feedProviderBatches(feed: ProviderBatchFeed): Promise<void> {
  const { store, clock } = feed;
  await store.providerBatches.form(() => newId("pbt", clock.now()), ripe);
  for (;;) {
    const batch = await store.providerBatches.take(holdMs);
    if (!batch) return;
    try {
      await moveOn(feed, batch);
    } catch (thrown) {
      // Not the provider's word but, say, the database's: somebody takes it up again later.
      if (!(thrown instanceof FlotillaError) && !batch.isOverdue) throw thrown;
      await fail(feed, batch, toFlotillaError(thrown));
    }
  }
}

async function moveOn(feed: ProviderBatchFeed, batch: OpenProviderBatch): Promise<void> {
  const { store, providerBatches, log } = feed;
  const { id, model } = batch;
  if (batch.status === "submitting" || batch.providerId === null) return submit(feed, batch);
  const state = await providerBatches.poll(model, batch.providerId);
  if (state.status === "running") {
    if (batch.isOverdue) throw unanswered(model);
    if (batch.isLate) {
      log.warn({ providerBatch: id, model }, "a batch at the provider is late; it is cancelled");
      await providerBatches.cancel(model, batch.providerId);
    }
    await store.providerBatches.lookAgain(id, pauseMs(batch));
    return;
  }
  await collect(feed, batch, batch.providerId);
  await store.providerBatches.ended(id, feed.redact.of(null).json(state.error ?? null));
  log.info({ providerBatch: id, model, ...state }, "a batch at the provider has ended");
}

/** Short at first, so that small batches are home soon; then in proportion to its age. */
function pauseMs({ ageMs, isLate }: OpenProviderBatch): number {
  return isLate ? firstLookMs : Math.min(longestLookMs, Math.max(firstLookMs, ageMs / 10));
}

async function submit(feed: ProviderBatchFeed, batch: OpenProviderBatch): Promise<void> {
  const { store, providerBatches, log } = feed;
  const { id, model } = batch;
  // Whoever tried before may have died between the provider's answer and its note.
  const others = batch.wasTried ? await store.providerBatches.knownIds() : [];
  const known = batch.wasTried ? await providerBatches.find(model, id, others) : undefined;
  const calls = await store.providerBatches.openCalls(id);
  // The search may have taken long, and nobody else may submit it meanwhile.
  await store.providerBatches.lookAgain(id, holdMs);
  const providerId = known ?? (await providerBatches.submit(model, id, calls.map(toCall)));
  await store.providerBatches.submitted(id, providerId);
  await store.providerBatches.lookAgain(id, firstLookMs);
  log.info({ providerBatch: id, model, calls: calls.length }, "handed a batch to the provider");
}

async function collect(
  { store, providerBatches, redact }: ProviderBatchFeed,
  { id, model }: OpenProviderBatch,
  providerId: string,
): Promise<void> {
  const open = new Map(
    (await store.providerBatches.openCalls(id)).map((one) => [customId(one), one]),
  );
  const price = providerBatches.price(model);
  let ended: EndedCall[] = [];
  const keep = async ({ runId, organisation, step }: QueuedCall, answer: ProviderCallOutcome) => {
    const outcome = redact.of(organisation).json(answer);
    const isPaid = outcome.kind === "completed";
    const charge = isPaid && { charge: batchCharge(model, outcome.completed, price) };
    ended.push({ runId, step, outcome, ...charge });
    if (ended.length < outcomesPerWrite) return;
    await store.providerBatches.endCalls(id, ended);
    ended = [];
  };
  const calls = [...open.values()].map(toCall);
  for await (const result of providerBatches.collect(model, providerId, calls)) {
    const call = open.get(result.customId);
    if (!call) continue;
    if (result.outcome === "completed") {
      await keep(call, { kind: "completed", completed: result.completed });
    } else {
      const error = result.outcome === "failed" ? result.error : unanswered(model);
      await keep(call, { kind: "failed", error: error.toRecord() });
    }
  }
  if (ended.length > 0) await store.providerBatches.endCalls(id, ended);
}

function unanswered(model: string): FlotillaError {
  return new FlotillaError("model_timeout", `${model} did not answer in its batch.`, {
    transient: true,
    remedy: "The run asks again by itself, the usual way.",
  });
}

/** What can pass is tried again until the calls can wait no longer; then they are asked the usual way. */
async function fail(
  { store, log, redact }: ProviderBatchFeed,
  batch: OpenProviderBatch,
  error: FlotillaError,
): Promise<void> {
  const { id, model } = batch;
  log.warn({ err: error, providerBatch: id, model }, "a batch at the provider could not go on");
  if (error.transient && !batch.isLate) {
    await store.providerBatches.lookAgain(id, Math.max(pauseMs(batch), error.retryAfterMs ?? 0));
    return;
  }
  // The error is of the way, not of the calls.
  const record = redact.of(null).json(error.toRecord());
  const outcome = { kind: "failed", error: { ...record, class: "transient" } } as const;
  const open = await store.providerBatches.openCalls(id);
  await store.providerBatches.endCalls(
    id,
    open.map(({ runId, step }) => ({ runId, step, outcome })),
  );
  await store.providerBatches.ended(id, record);
}

function toCall(call: QueuedCall): BatchCall {
  return { customId: customId(call), request: call.request };
}

function customId({ runId, step }: QueuedCall): string {
  return `${runId}-${step}`;
}
