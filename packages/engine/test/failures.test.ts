import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let engine: TestEngine;
const echo = probe("echo", "idempotent", (text) => text);
beforeAll(async () => {
  engine = await openTestEngine([echo.tool]);
});
afterAll(() => engine.close());

test("a run that fails is told once, with its error and whose it is; others are not", async () => {
  const turns = [{ calls: [{ tool: "echo", input: { text: "a" } }] }, { text: "end" }];
  const well = await engine.play(turns, { tools: ["echo"] });
  const failed = await engine.play(turns, { tools: ["echo"], limits: { maxSteps: 1 } });
  await engine.until(well, "completed");
  const run = await engine.until(failed, "failed");
  await expect.poll(() => engine.seen).toHaveLength(1);
  expect(engine.seen[0]).toMatchObject({
    source: "run",
    organisation: "default",
    code: "limit_steps",
    runId: failed,
    traceId: run.traceId,
  });
});
