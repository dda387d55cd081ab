import { readFile } from "node:fs/promises";
import type { FlotillaError, Message, ModelPart } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { calculator, openTestModels, providerNames, requestOf, script } from "../test/ask.ts";
import type { Models } from "./models.ts";
import {
  faultCatalogue,
  type CataloguedFault,
  type FaultEnd,
} from "./simulated/fault-catalogue.ts";
import { startSimulator, type Simulator } from "./simulated/simulator.ts";
import type { Turn } from "./simulated/turn.ts";

/** No fault may take longer than this, on however slow a machine. */
const longestMs = 15_000;

let simulator: Simulator;
let models: Models;
/** The same models with timeouts short enough to wait for; for faults that end by them. */
let hasty: Models;

beforeAll(async () => {
  simulator = await startSimulator();
  models = openTestModels(simulator.url, {}, { maxResponseBytes: 256 * 1024 });
  hasty = openTestModels(simulator.url, { firstTokenMs: 400, progressMs: 300, totalMs: 900 });
});

afterAll(async () => {
  await models.close();
  await hasty.close();
  await simulator.close();
});

const text = "Über “naïve” 🦊 foxes: a sentence that takes several events to arrive. ".repeat(3);
const calls = ["12345 * 67890 + 13579", "98765 / 43210 - 24680"].map((expression) => ({
  tool: "calculator",
  input: { expression },
}));
const answers = {
  text: { text },
  calls: { calls },
  both: { text, calls },
} as const satisfies Record<string, Turn>;

/** A conversation whose first turn called tools, so that ids of calls can be used again. */
function conversation(turn: Turn): Message[] {
  const content = calls.map(({ tool, input }, index) => ({
    type: "tool_call" as const,
    callId: `c1-${index}`,
    tool,
    input,
  }));
  const results = content.map(({ callId, tool }) => ({
    callId,
    tool,
    output: "1",
    isError: false,
  }));
  return [script({ calls }, turn), { role: "assistant", content }, { role: "tool", results }];
}

interface Met {
  parts: ModelPart[];
  error: FlotillaError | undefined;
  ms: number;
}

async function meet(
  provider: string,
  { fault, expected }: Pick<CataloguedFault, "fault" | "expected">,
  answer: Turn,
  signal = new AbortController().signal,
): Promise<Met> {
  const timesOut = expected.ends === "failed" && expected.code === "model_timeout";
  const over = timesOut ? hasty : models;
  const messages = conversation({ ...answer, fault: fault as Turn["fault"] });
  const request = requestOf(`${provider}/script`, { messages, tools: [calculator], step: 2 });
  const begun = performance.now();
  const parts: ModelPart[] = [];
  let error: FlotillaError | undefined;
  try {
    for await (const part of over.stream(request, signal)) parts.push(part);
  } catch (thrown) {
    error = thrown as FlotillaError;
  }
  return { parts, error, ms: performance.now() - begun };
}

const entries = Object.entries(faultCatalogue);
const completing = entries.filter(([, { expected }]) => expected.ends === "completed");
const failing = entries.filter(([, { expected }]) => expected.ends === "failed");

describe.each(providerNames)("over %s", (provider) => {
  test.concurrent.each(failing)(
    "%s fails in time, with its class, and completes nothing",
    async (_, entry) => {
      const { expected } = entry;
      if (expected.ends !== "failed") throw new Error("not a failure");
      const kinds = entry.strikes === "text" ? (["text", "both"] as const) : (["calls"] as const);
      for (const kind of kinds) {
        const { parts, error, ms } = await meet(provider, entry, answers[kind]);
        expect(parts.filter(({ type }) => type === "completed")).toEqual([]);
        expect(error).toMatchObject({ code: expected.code, transient: expected.transient });
        const off = Math.abs((error?.retryAfterMs ?? 0) - (expected.retryAfterMs ?? 0));
        expect(off).toBeLessThanOrEqual(1_000);
        expect(error?.retryAfterMs === undefined).toBe(expected.retryAfterMs === undefined);
        expect(ms).toBeLessThan(longestMs);
        if (entry.group === "before") expect(error?.usage).toBeUndefined();
      }
    },
  );

  test.concurrent.each(completing)(
    "%s completes in time, with all that was said",
    async (name, entry) => {
      const { expected } = entry;
      if (expected.ends !== "completed") throw new Error("no completion");
      const { parts, error, ms } = await meet(provider, entry, answers[entry.strikes]);
      expect(error).toBeUndefined();
      const said = name === "refusal" ? "I can’t help with that." : text;
      const tool = name === "unknown-tool" ? "no_such_tool" : "calculator";
      const content =
        entry.strikes === "text"
          ? [{ type: "text", text: said }]
          : calls.map(({ input }, index) => ({
              type: "tool_call",
              callId: `c2-${index}`,
              tool,
              input,
            }));
      const completed = parts.at(-1);
      expect(completed).toMatchObject({
        type: "completed",
        message: { role: "assistant", content },
        finish: expected.finish,
      });
      const streamed = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
      expect(streamed.join("")).toBe(entry.strikes === "text" ? said : "");
      const isEstimated = completed?.type === "completed" && completed.usageEstimated === true;
      expect(isEstimated).toBe(expected.usageEstimated === true);
      expect(ms).toBeLessThan(longestMs);
    },
  );
});

const namedEntry = (name: string) => faultCatalogue[name] as CataloguedFault;
const usage = {
  inputTokens: 4_000,
  cachedInputTokens: 1_000,
  outputTokens: 77,
  reasoningTokens: 0,
};

describe.each(providerNames)("what a failed call costs, over %s", (provider) => {
  test.each(["eof", "error-midway", "stall", "reset", "malformed", "call-reset"])(
    "%s: what was said is estimated, the input counted where the stream told it",
    async (name) => {
      const entry = namedEntry(name);
      const { error } = await meet(provider, entry, { ...answers[entry.strikes], usage });
      expect(error?.usageEstimated).toBe(true);
      expect(error?.usage?.outputTokens).toBeGreaterThan(5);
      expect(error?.usage?.outputTokens).toBeLessThan(300);
      if (provider === "anthropic") {
        expect(error?.usage).toMatchObject({ inputTokens: 4_000, cachedInputTokens: 1_000 });
      } else {
        expect(error?.usage?.inputTokens).toBeGreaterThan(50);
        expect(error?.usage?.inputTokens).toBeLessThan(1_000);
      }
    },
  );

  test.each(["call-cut", "call-cut-length"])("%s: it was counted by the provider", async (name) => {
    const { error } = await meet(provider, namedEntry(name), { ...answers.calls, usage });
    expect(error).toMatchObject({ usage, usageEstimated: false });
  });

  test("a call that its caller ends costs what was said until then", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const endless = { fault: { kind: "endless" }, expected: { ends: "completed", finish: "stop" } };
    const { error } = await meet(
      provider,
      endless as Pick<CataloguedFault, "fault" | "expected">,
      { ...answers.text, usage },
      abort.signal,
    );
    expect(error).toMatchObject({ code: "cancelled", usageEstimated: true });
    expect(error?.usage?.outputTokens).toBeGreaterThan(5);
  });
});

test("the page on faults has a row for each, with how it ends", async () => {
  const page = await readFile(new URL("../../../docs/faults.md", import.meta.url), "utf8");
  const rows = Array.from(page.matchAll(/^\| `([a-z-]+)` +\| .*\| (\S.*?) +\|$/gm)).map(
    ([, name, end]) => [name, end],
  );
  const ends = entries.map(([name, { expected }]) => [name, endInWords(expected)]);
  for (const row of ends) expect(rows).toContainEqual(row);
});

function endInWords(end: FaultEnd): string {
  if (end.ends === "completed") {
    return `completes, \`${end.finish}\`${end.usageEstimated ? ", usage estimated" : ""}`;
  }
  const wait = end.retryAfterMs === undefined ? "" : `, after ${end.retryAfterMs / 1_000} s`;
  return `\`${end.code}\`, ${end.transient ? "transient" : "permanent"}${wait}`;
}

test("the connection that stays open after the last event holds the answer up by nothing", async () => {
  for (const provider of providerNames) {
    const query = new URLSearchParams({ fault: "open-socket" });
    const begun = performance.now();
    const request = requestOf(`${provider}/demo?${query}`);
    const types: string[] = [];
    for await (const part of models.stream(request, new AbortController().signal)) {
      types.push(part.type);
    }
    expect(types.at(-1)).toBe("completed");
    expect(performance.now() - begun).toBeLessThan(longestMs);
  }
});
