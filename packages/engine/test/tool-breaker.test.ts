import { breakerState, type EventOf } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

let engine: TestEngine;
let isWell = false;
const fail = (text: string): string => {
  throw new Error(`${text} jams`);
};
const press = probe("press", "unknown", (text) => {
  if (!isWell) throw new Error(`${text} jams`);
  return text;
});
const brittle = probe("brittle", "unknown", fail, { breaker: { failures: 2 } });
const tough = probe("tough", "unknown", fail, { breaker: false });
beforeAll(async () => {
  engine = await openTestEngine([press.tool, brittle.tool, tough.tool]);
});
afterAll(() => engine.close());

const turns = (tool: string, text: string) => [
  { calls: [{ tool, input: { text } }] },
  { text: "end" },
];
const play = (text: string, tool = "press") => engine.play(turns(tool, text), { tools: [tool] });
const errorOf = async (runId: string) => {
  const events = await engine.events(runId);
  return events.find((one) => one.type === "effect.failed") as EventOf<"effect.failed"> | undefined;
};
const health = async (tool = "press") =>
  (await engine.store.tools.health()).all.find((one) => one.tool === tool);

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

test("a tool says after how many failures it is left alone, or that it never is", async () => {
  const call = async (tool: string, text: string) => {
    const runId = await play(text, tool);
    await engine.until(runId, "completed");
    return (await errorOf(runId))?.error.code;
  };
  for (const n of [1, 2]) expect(await call("brittle", `sheet ${n}`)).toBe("tool_failed");
  await expect.poll(() => health("brittle")).toMatchObject({ failed: 2, opened: 1 });
  // On a slow machine the pause is over by now, and this is a probe; the next pause is longer.
  const next = () => call("brittle", "another sheet");
  await expect.poll(next, { timeout: 20_000, interval: 1 }).toBe("tool_unavailable");
  for (let i = 0; i < 6; i++) expect(await call("tough", `sheet ${i}`)).toBe("tool_failed");
  expect(await health("tough")).toBeUndefined();
});
