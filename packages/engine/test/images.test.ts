import { startSimulator, type LedgerEntry, type Simulator } from "@flotilla/models";
import type { Event, EventOf, ToolStep } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { openTestEngine, type TestEngine } from "./platform.ts";

/** Asks for images as it is told, and answers with what it was given. */
const draw = defineTool({
  name: "draw",
  description: "Draws.",
  input: z.strictObject({
    prompt: z.string(),
    model: z.string().default("studio/image"),
    size: z.string().optional(),
    quality: z.string().optional(),
    count: z.int().optional(),
  }),
  output: z.json(),
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 3,
  call: async (question, context) => {
    const reply = await context.image(question);
    await held?.promise;
    return reply.images.map(({ id, mediaType }) => ({ id, mediaType }));
  },
});

const perImage = 20_000;
const asked: LedgerEntry[] = [];
let held: PromiseWithResolvers<void> | undefined;
let simulator: Simulator;
let test: TestEngine;
beforeAll(async () => {
  simulator = await startSimulator({
    onRequest: (entry) => asked.push(entry),
    served: {
      slow: { of: "image", latencyMs: 1_000 },
      one: { of: "image", limits: { requestsPerMinute: 60, burstSeconds: 1 } },
    },
  });
  const baseURL = simulator.url;
  test = await openTestEngine([draw], undefined, {
    providers: {
      studio: { kind: "simulated", baseURL },
      // What it is asked for twice, it makes twice.
      forgetful: { kind: "openai-compatible", baseURL: `${baseURL}/v1` },
      hasty: { kind: "simulated", baseURL, timeouts: { totalMs: 200 } },
      claude: { kind: "anthropic", baseURL, apiKey: "k" },
    },
  });
});
afterAll(async () => {
  await test.close();
  await simulator.close();
});

const drawing = (input: object) => [{ calls: [{ tool: "draw", input }] }, { text: "end" }];
const tools = ["draw"];

type ImageEvent = Event & EventOf<"image.asked" | "image.made" | "image.failed">;

async function imageEvents(runId: string): Promise<ImageEvent[]> {
  const events = await test.events(runId);
  return events.filter((event): event is ImageEvent => event.type.startsWith("image."));
}

async function played(input: object, spec: object = {}) {
  const runId = await test.play(drawing(input), { tools, ...spec });
  const run = await test.until(runId, "completed", "failed");
  const step = run.steps.find((one): one is ToolStep => one.kind === "tool");
  if (!step) throw new Error("no call was made");
  return { runId, run, step, events: await imageEvents(runId) };
}

it("images are artifacts of the run, and their price is on its bill", async () => {
  const billed = simulator.bill().micros;
  const { runId, run, step, events } = await played({
    prompt: "a boat",
    size: "512x512",
    count: 2,
  });
  expect(events.map(({ type }) => type)).toEqual(["image.asked", "image.made"]);
  expect(events[1]).toMatchObject({
    call: { costMicros: 20_000, images: { count: 2, size: "512x512", perImageMicros: 10_000 } },
  });
  const kept = (await test.artifacts.list(runId)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(kept.map(({ name, mediaType }) => [name, mediaType])).toEqual([
    ["image-1.png", "image/png"],
    ["image-2.png", "image/png"],
  ]);
  const contents = await Promise.all(kept.map(({ id }) => test.artifacts.read(id)));
  for (const content of contents) {
    expect(Buffer.from(content).toString("latin1", 0, 8)).toBe("\x89PNG\r\n\x1a\n");
    expect(Buffer.from(content).readUInt32BE(16)).toBe(512);
  }
  expect(contents[0]).not.toEqual(contents[1]);
  expect(step.images).toMatchObject([{ status: "made", model: "studio/image" }]);
  expect(step.output).toEqual(kept.map(({ id, mediaType }) => ({ id, mediaType })));
  expect(simulator.bill().micros - billed).toBe(20_000);
  expect(run.costMicros).toBeGreaterThanOrEqual(20_000);
  expect((await test.store.runs.get(runId)).costMicros).toBe(run.costMicros);
  await expect
    .poll(async () => {
      const { totals } = await test.store.costs.read("model", { model: "studio/image" });
      return totals;
    })
    .toMatchObject({ imageCalls: 1, calls: 1, costMicros: 20_000, costIncomplete: false });
});

it("what a provider says no to is the tool's error, and costs nothing", async () => {
  const refused = "studio/image?fault=http&status=400&code=content_policy_violation&message=no";
  const told = [
    [{ prompt: "x", model: refused }, "model_refused", /answered 400: no/],
    [{ prompt: "x", size: "7x7" }, "model_rejected", /Invalid size 7x7\. Supported sizes are/],
    [{ prompt: "x", model: "studio/demo" }, "unknown_model", /makes no images; there is image/],
    [{ prompt: "x", model: "claude/image" }, undefined, /Anthropic has no image models/],
    [{ prompt: "x", model: "nobody/image" }, undefined, /No provider "nobody"/],
  ] as const;
  const billed = simulator.bill().micros;
  const found = await Promise.all(told.map(([input]) => played(input)));
  for (const [index, [, code, says]] of told.entries()) {
    const { step, events } = found[index] ?? {};
    expect(step).toMatchObject({ status: "failed", attempts: [{}] });
    expect(step?.error?.message).toMatch(says);
    const failed = events?.find((event) => event.type === "image.failed");
    expect(failed?.error.code).toBe(code);
  }
  expect(found.flatMap(({ events }) => events).some((event) => event.type === "image.made")).toBe(
    false,
  );
  expect(simulator.bill().micros).toBe(billed);
});

it("a failure that passes is tried again, and paid for once", async () => {
  const billed = simulator.bill().micros;
  const { step, run, events } = await played({
    prompt: "again",
    model: "studio/image?fault=http&status=500&times=1",
  });
  expect(step.status).toBe("done");
  expect(step.attempts).toHaveLength(2);
  expect(events.map(({ type }) => type)).toEqual([
    "image.asked",
    "image.failed",
    "image.asked",
    "image.made",
  ]);
  expect(simulator.bill().micros - billed).toBe(perImage);
  expect(run.costIncomplete).toBe(false);
});

it("asks for nothing that the run may not spend", async () => {
  const before = asked.length;
  const { step, events } = await played({ prompt: "dear" }, { limits: { maxCostUsd: 0.000_001 } });
  expect(step.error?.message).toContain("has spent what it may");
  expect(events).toEqual([]);
  expect(asked.slice(before).filter(({ model }) => model === "image")).toEqual([]);
});

it("waits for its turn where the provider allows no more", async () => {
  const runs = await Promise.all(
    [1, 2, 3].map((nth) => played({ prompt: `turn ${nth}`, model: "studio/one" })),
  );
  expect(runs.map(({ step }) => step.status)).toEqual(["done", "done", "done"]);
});

it("a call that is made again after a crash gives what was made, and pays nothing more", async () => {
  held = Promise.withResolvers();
  const billed = simulator.bill().micros;
  const runId = await test.play(drawing({ prompt: "kept" }), { tools });
  await expect
    .poll(async () => (await imageEvents(runId)).map(({ type }) => type), { timeout: 15_000 })
    .toEqual(["image.asked", "image.made"]);
  await test.restart(0);
  held.resolve();
  held = undefined;
  const run = await test.until(runId, "completed");
  const events = await imageEvents(runId);
  expect(events.map(({ type }) => type)).toEqual(["image.asked", "image.made"]);
  const step = run.steps.find((one): one is ToolStep => one.kind === "tool");
  expect(step?.attempts.length).toBeGreaterThan(1);
  expect(await test.artifacts.list(runId)).toHaveLength(1);
  expect(simulator.bill().micros - billed).toBe(perImage);
});

it("what comes too late is charged, and asked for again under its key it is the same", async () => {
  const billed = simulator.bill().micros;
  const { step, run, events } = await played({ prompt: "late", model: "hasty/slow" });
  expect(step.error?.message).toContain("no image came within 0.2 s");
  const calls = events.flatMap((event) => ("call" in event && event.call ? [event.call] : []));
  expect(calls.every(({ failed, usageEstimated }) => failed && usageEstimated)).toBe(true);
  expect(calls.reduce((sum, { costMicros }) => sum + (costMicros ?? 0), 0)).toBe(perImage);
  expect(run.costMicros).toBeGreaterThanOrEqual(perImage);
  await expect.poll(() => simulator.bill().micros - billed).toBe(perImage);
});
