import { breakerState, type EventOf } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let engine: TestEngine;
let isWell = false;
const press = probe("press", "unknown", (text) => {
  if (!isWell) throw new Error(`${text} jams`);
  return text;
});
beforeAll(async () => {
  engine = await openTestEngine([press.tool]);
});
afterAll(() => engine.close());

const turns = (text: string) => [{ calls: [{ tool: "press", input: { text } }] }, { text: "end" }];
const play = (text: string) => engine.play(turns(text), { tools: ["press"] });
const errorOf = async (runId: string) => {
  const events = await engine.events(runId);
  return events.find((one) => one.type === "effect.failed") as EventOf<"effect.failed"> | undefined;
};
const health = async () =>
  (await engine.store.tools.health()).all.find((one) => one.tool === "press");

test("five failures in a row open a tool's breaker; a probe closes it once the tool is well", async () => {
  for (let i = 0; i < 5; i++) await engine.until(await play(`sheet ${i}`), "completed");
  expect(press.keys).toHaveLength(5);
  await expect.poll(async () => (await health())?.openUntil).toBeTruthy();
  expect(await health()).toMatchObject({
    organisation: "default",
    failed: 5,
    opened: 1,
    lastError: { code: "tool_failed" },
  });

  const refused = await play("sheet 6");
  await engine.until(refused, "completed");
  expect(press.keys).toHaveLength(5);
  expect((await errorOf(refused))?.error).toMatchObject({
    code: "tool_unavailable",
    class: "transient",
    message: expect.stringContaining("press has failed 5 times in a row (tool_failed)"),
  });

  isWell = true;
  await expect
    .poll(
      async () => {
        const runId = await play("sheet 7");
        await engine.until(runId, "completed");
        return errorOf(runId);
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBeUndefined();
  await expect
    .poll(async () => {
      const known = await health();
      return known && breakerState(known, Date.now());
    })
    .toBe("closed");
  expect(await health()).toMatchObject({ failuresInARow: 0, answered: expect.any(Number) });
});
