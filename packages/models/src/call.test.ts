import { setTimeout as sleep } from "node:timers/promises";
import type { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, calculator, openTestModels, providerNames, requestOf, script } from "../test/ask.ts";
import type { Models } from "./models.ts";
import type { FaultInput } from "./simulated/fault.ts";
import type { LedgerEntry } from "./simulated/ledger.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";
import type { Turn } from "./simulated/turn.ts";

let simulator: Simulator;
let models: Models;
/** The same models with timeouts short enough to wait for. */
let hasty: Models;
const ledger: LedgerEntry[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ onRequest: (entry) => ledger.push(entry) });
  models = openTestModels(simulator.url);
  hasty = openTestModels(simulator.url, { firstTokenMs: 250, progressMs: 150 });
});

afterAll(async () => {
  await models.close();
  await hasty.close();
  await simulator.close();
});

const call = { tool: "calculator", input: { expression: "12345 * 67890 + 13579" } };
const longText = "A sentence that takes several events to arrive whole. ".repeat(4);

async function failure(
  model: string,
  turn: Turn,
  fault?: FaultInput,
  over = models,
): Promise<FlotillaError> {
  const messages = [script({ ...turn, ...(fault && { fault: fault as Turn["fault"] }) })];
  return ask(over, model, { messages, tools: [calculator] }).then(
    ({ completed }) => expect.unreachable(`completed: ${JSON.stringify(completed)}`),
    (error: FlotillaError) => error,
  );
}

describe.each(providerNames)("over %s", (provider) => {
  const model = `${provider}/script`;

  test.each<[string, FaultInput]>([
    ["the end of the body in the middle", { kind: "eof" }],
    ["the end of the body after the first event", { kind: "eof", after: 0 }],
    ["a missing last event", { kind: "no_terminal" }],
    ["a reset connection", { kind: "reset" }],
    ["an event that is no JSON", { kind: "malformed" }],
    ["an unnamed error event", { kind: "error_event" }],
  ])("%s breaks the stream, with text and with calls", async (_what, fault) => {
    for (const turn of [{ text: longText }, { calls: [call] }, { text: longText, calls: [call] }]) {
      const error = await failure(model, turn, fault);
      expect(error).toMatchObject({ code: "model_stream_broken", transient: true });
    }
  });

  test("an overload told inside the stream is an overload", async () => {
    const fault = { kind: "error_event", code: "overloaded_error", message: "Overloaded" } as const;
    const error = await failure(model, { text: longText }, fault);
    expect(error).toMatchObject({ code: "model_overloaded", transient: true });
  });

  test.each<[string, FaultInput]>([
    ["silence", { kind: "stall" }],
    ["keep-alives without progress", { kind: "keep_alive", everyMs: 20 }],
    ["keep-alives before the first token", { kind: "keep_alive", everyMs: 20, after: 0 }],
  ])("%s times out", async (_what, fault) => {
    const error = await failure(model, { text: longText }, fault, hasty);
    expect(error).toMatchObject({ code: "model_timeout", transient: true });
  });

  test("arguments that are no JSON are never repaired", async () => {
    const error = await failure(model, { calls: [call] }, { kind: "bad_arguments" });
    expect(error).toMatchObject({ code: "model_output_invalid", transient: true });
  });

  test("calls cut by the output limit are not made", async () => {
    const error = await failure(model, { calls: [call], finish: "length" });
    expect(error).toMatchObject({ code: "model_output_truncated", transient: false });
  });

  test("text cut by the output limit completes and says so", async () => {
    const messages = [script({ text: "Half a", finish: "length" })];
    const { completed } = await ask(models, model, { messages });
    expect(completed.finish).toBe("length");
  });

  test("a filtered answer completes with what there is; an empty one is a refusal", async () => {
    const messages = [script({ text: "Some", finish: "content_filter" })];
    const { completed } = await ask(models, model, { messages });
    expect(completed.finish).toBe("content_filter");
    const error = await failure(model, { text: "", finish: "content_filter" });
    expect(error).toMatchObject({ code: "model_refused", transient: false });
  });

  test("a proxy's page and an empty body are no answer", async () => {
    for (const kind of ["html", "empty"] as const) {
      const error = await failure(model, { text: "x" }, { kind });
      expect(error).toMatchObject({ code: "model_unavailable", transient: true });
    }
  });

  test("an abort ends the HTTP request at once", async () => {
    const abort = new AbortController();
    const messages = [script({ text: longText, fault: { kind: "stall" } })];
    const calling = ask(models, model, { messages }, abort.signal);
    setTimeout(() => abort.abort(), 50);
    const before = ledger.length;
    const started = performance.now();
    await expect(calling).rejects.toMatchObject({ code: "cancelled" });
    expect(performance.now() - started).toBeLessThan(1_000);
    await untilLedgerHas(before + 1);
    expect(ledger.at(-1)?.ms).toBeLessThan(1_000);
  });

  test("a reader that stops ends the HTTP request", async () => {
    const messages = [script({ text: longText, fault: { kind: "stall" } })];
    const before = ledger.length;
    const signal = new AbortController().signal;
    for await (const part of models.stream(requestOf(model, { messages }), signal)) {
      expect(part.type).toBe("text");
      break;
    }
    await untilLedgerHas(before + 1);
  });
});

test("a model that begins to think may be silent for as long as before its first token", async () => {
  const patient = openTestModels(simulator.url, { firstTokenMs: 400, progressMs: 100 });
  const messages = [
    script({ reasoning: "Hm.", text: longText, fault: { kind: "stall", after: 1 } }),
  ];
  const started = performance.now();
  const thinking = ask(patient, "anthropic/script", { messages });
  await expect(thinking).rejects.toMatchObject({ code: "model_timeout" });
  expect(performance.now() - started).toBeGreaterThanOrEqual(390);
  await patient.close();
});

test("a signal that is already aborted asks nothing", async () => {
  const before = simulator.requests;
  const calling = ask(models, "compatible/script", {}, AbortSignal.abort());
  await expect(calling).rejects.toMatchObject({ code: "cancelled" });
  expect(simulator.requests).toBe(before);
});

test("the total timeout ends a stream that never stops progressing", async () => {
  const slow = await startSimulator({ tokensPerSecond: 20, chunk: 4 });
  const timed = openTestModels(slow.url, { totalMs: 200 });
  const calling = ask(timed, "compatible/script", { messages: [script({ text: longText })] });
  await expect(calling).rejects.toMatchObject({ code: "model_timeout" });
  await timed.close();
  await slow.close();
});

test("a server that is not there is unavailable", async () => {
  const gone = await startSimulator();
  await gone.close();
  const unreachable = openTestModels(gone.url);
  await expect(ask(unreachable, "compatible/demo")).rejects.toMatchObject({
    code: "model_unavailable",
    transient: true,
    message: expect.stringContaining("ECONNREFUSED"),
  });
  await unreachable.close();
});

async function untilLedgerHas(count: number): Promise<void> {
  for (let waited = 0; ledger.length < count && waited < 1_000; waited += 10) await sleep(10);
  expect(ledger.length).toBeGreaterThanOrEqual(count);
}
