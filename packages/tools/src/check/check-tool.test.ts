import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type ToolDefinition } from "../tool.ts";
import { checkTool } from "./check-tool.ts";

const input = z.strictObject({ text: z.string().max(20), times: z.int().min(1).default(1) });
type Repeat = ToolDefinition<typeof input, z.ZodType>;

const sound = {
  name: "repeat",
  description: "Says a text again.",
  input,
  output: z.string(),
  risk: "read",
  recovery: "idempotent",
  timeoutMs: 1_000,
  maxAttempts: 1,
  examples: [{ input: { text: "ho", times: 3 }, output: "hohoho", runs: true }],
  call: ({ text, times }) => text.repeat(times),
} satisfies Repeat;

const outcomes = async (tool: Parameters<typeof checkTool>[0]) => {
  const { checks } = await checkTool(tool);
  return Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
};
const problems = async (change: Partial<Repeat>) => {
  const { ok, checks } = await checkTool(defineTool({ ...sound, ...change } as Repeat));
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  expect(ok).toBe(failed.length === 0);
  return failed.map(({ name, problems: said }) => `${name}: ${said.join(" | ")}`);
};

describe("a tool is held against what everybody relies on", () => {
  test("one that keeps to it passes every check", async () => {
    expect(new Set(Object.values(await outcomes(defineTool(sound))))).toEqual(new Set(["passed"]));
  });

  test("without a harmless example, what needs a call is skipped", async () => {
    let calls = 0;
    const { examples: _none, ...others } = sound;
    const report = await checkTool(defineTool({ ...others, call: () => String((calls += 1)) }));
    expect(report.ok).toBe(true);
    expect(calls).toBe(0);
    const skipped = report.checks.filter(({ outcome }) => outcome === "skipped");
    expect(skipped.map(({ name }) => name)).toEqual([
      "examples",
      "large result",
      "cancelled during",
      "timeout",
    ]);
    expect(skipped[0]?.problems[0]).toContain("give the tool an example with `runs: true`");
  });

  test("an example that answers otherwise is told with both answers", async () => {
    expect(await problems({ call: ({ text }) => text })).toEqual([
      'examples: {"text":"ho","times":3} answers "ho", not "hohoho"',
    ]);
  });

  test("an output that is not of its schema, and a throw", async () => {
    expect(
      await problems({ output: z.int(), examples: [{ input: { text: "a" }, runs: true }] }),
    ).toMatchObject([expect.stringMatching(/^examples: .* broke its own contract/)]);
    const call = () => {
      throw new Error("no key");
    };
    expect(await problems({ call })).toMatchObject([
      expect.stringMatching(/^examples: .* fails: repeat failed: no key/),
    ]);
  });

  test("one that ignores its signal", async () => {
    const call = () => wait(700, "hohoho");
    const tool = defineTool({ ...sound, timeoutMs: 60_000, call });
    const { checks } = await checkTool(tool, { graceMs: 50 });
    const still = "it still works 50 ms after it was told to stop: hand context.signal on";
    expect(checks.slice(-2)).toEqual([
      { name: "cancelled during", outcome: "failed", problems: [still] },
      { name: "timeout", outcome: "failed", problems: [still] },
    ]);
  });

  test("one that heeds its signal may take its time", async () => {
    const call: Repeat["call"] = async ({ text, times }, { signal }) => {
      await wait(20, undefined, { signal });
      return text.repeat(times);
    };
    expect(await problems({ call })).toEqual([]);
  });

  test("one that takes what its JSON Schema refuses", async () => {
    const taking = input.extend({ text: z.preprocess((text) => String(text), z.string()) });
    const said = await problems({ input: taking as unknown as typeof input });
    expect(said).toContainEqual(
      expect.stringMatching(
        /^schemas: it takes \{"times":3\}, which its JSON Schema refuses: must have/,
      ),
    );
    expect(said).toContainEqual(expect.stringMatching(/^bad input: .* it was called with/));
  });

  test("a definition that contradicts itself, or that models cannot read", async () => {
    const said = await problems({ recovery: "unknown", description: "x".repeat(5_000) });
    expect(said).toEqual([
      "definition: its description has 5000 characters, more than 4096 | " +
        "it only reads, so a call that was cut off can run again: idempotent, not unknown",
    ]);
  });
});
