import type { Run } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openTestEngine, type TestEngine } from "./platform.ts";

const starts: { tool: string; at: number }[] = [];
let underWay = 0;
let mostUnderWay = 0;
const common = {
  input: z.strictObject({ text: z.string() }),
  output: z.string(),
  risk: "read",
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 1,
} as const;

const paced = defineTool({
  ...common,
  ...{ name: "paced", description: "Called three times a second." },
  rateLimit: { calls: 3, perSeconds: 1 },
  call({ text }) {
    starts.push({ tool: "paced", at: performance.now() });
    return text;
  },
});

const shared = (name: string) =>
  defineTool({
    ...common,
    ...{ name, description: "Shares two places with another." },
    concurrency: { group: "crm", most: 2 },
    async call({ text }) {
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 60));
      underWay -= 1;
      return text;
    },
  });

let answers = 0;
const priced = defineTool({
  ...common,
  ...{ name: "priced", description: "Costs something, and says the same for a while." },
  cacheSeconds: 60,
  costMicros: 250,
  emits: ["web"],
  call: ({ text }) => (text === "fail" ? Promise.reject(new Error("no")) : `${text} ${++answers}`),
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([paced, shared("left_desk"), shared("right_desk"), priced]);
});
afterAll(() => test.close());

const tools = ["paced", "left_desk", "right_desk", "priced"];
const calls = (...names: string[]) => ({
  calls: names.map((tool, index) => ({ tool, input: { text: `${index}` } })),
});

async function play(...turns: object[]): Promise<Run> {
  return test.until(await test.play([...turns, { text: "end" }], { tools }), "completed", "failed");
}

const outputs = (run: Run) =>
  run.steps.flatMap((step) => (step.kind === "tool" ? [step.output] : []));

describe("the terms of a tool", () => {
  it("begin no more calls in any second than its rate says, whoever makes them", async () => {
    const four = Array.from({ length: 4 }, () => "paced");
    await Promise.all([play(calls(...four)), play(calls(...four))]);
    const times = starts.map(({ at }) => at).toSorted((a, b) => a - b);
    expect(times).toHaveLength(8);
    // The last turn is two seconds after the first one; a call may come late to its turn, never early.
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_000);
  });

  it("let no more calls of a group be under way than it has places", async () => {
    const six = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? "left_desk" : "right_desk"));
    await Promise.all([play(calls(...six)), play(calls(...six))]);
    expect(mostUnderWay).toBe(2);
    expect(underWay).toBe(0);
  });

  it("have an answer serve again, at no cost and with its labels", async () => {
    const first = await play(calls("priced"));
    const again = await play(calls("priced"));
    expect(outputs(first)).toEqual(["0 1"]);
    expect(outputs(again)).toEqual(["0 1"]);
    expect(again.labels).toEqual(["web"]);
    const free = again.costMicros;
    expect(first.costMicros - free).toBe(250);
  });

  it("charge a call that fails, too, as the cost of its name", async () => {
    const failed = await play({ calls: [{ tool: "priced", input: { text: "fail" } }] });
    const call = failed.steps.find((step) => step.kind === "tool");
    expect(call?.status).toBe("failed");
    const events = await test.events(failed.runId);
    expect(events.find(({ type }) => type === "effect.failed")).toMatchObject({ costMicros: 250 });
  });

  it("are counted, with what became of the calls", async () => {
    const scope = { organisation: "default", environment: "prod" } as const;
    const read = async () => {
      const all = await test.store.tenant(scope).tools.usage(new Date(0));
      return new Map(all.map((one) => [one.tool, one]));
    };
    await expect
      .poll(async () => (await read()).get("priced"), { timeout: 10_000 })
      .toMatchObject({ calls: 2, failed: 1, cached: 1, costMicros: 500 });
    const seen = await read();
    const paces = seen.get("paced");
    expect(paces).toMatchObject({ calls: 8, failed: 0 });
    expect(paces?.waitedMs).toBeGreaterThan(3_000);
    expect(paces?.buckets.reduce((sum, one) => sum + one, 0)).toBe(8);
  });
});

it("refuses a turn that would come too late", async () => {
  const rate = { calls: 1, perSeconds: 1_000 };
  const tool = { organisation: "default", tool: "slow" };
  const take = () => test.store.toolTerms.takeTurn(tool, rate, 5_000);
  expect(await take()).toEqual({ waitMs: 0 });
  expect(await take()).toBeNull();
});
