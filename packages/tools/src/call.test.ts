import { FlotillaError, type ToolContext } from "@flotilla/core";
import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openTools } from "./registry.ts";
import { testContext } from "./test-context.ts";
import { defineTool, type Tool } from "./tool.ts";

const input = z.strictObject({ word: z.string(), times: z.int().max(3).default(1) });
const output = z.strictObject({ said: z.string() });

function echo(call: (input: { word: string }, context: ToolContext) => unknown, rest = {}): Tool {
  return defineTool({
    name: "echo",
    description: "Says it again.",
    input,
    output,
    recovery: "idempotent",
    timeoutMs: 5_000,
    maxAttempts: 3,
    ...rest,
    call: call as () => { said: string },
  });
}

async function callEcho(tool: Tool, argument: object, context = testContext()) {
  const port = await openTools({ tools: [tool] });
  return port.call("echo", argument as { word: string }, context);
}

describe("a call", () => {
  test("gives the tool its parsed input and the engine its parsed output", async () => {
    const tool = echo((given) => ({ said: JSON.stringify(given) }));
    expect(await callEcho(tool, { word: "hi" })).toEqual({ said: '{"word":"hi","times":1}' });
  });

  test("passes the call's identity and its own workspace on to the tool", async () => {
    const context = testContext({ attempt: 2 });
    const tool = echo(async (_input, given) => ({
      said: [given.callId, given.idempotencyKey, given.attempt, await given.workspace()].join(" "),
    }));
    const { callId, idempotencyKey } = context;
    const workspace = await context.workspace();
    expect(await callEcho(tool, { word: "" }, context)).toEqual({
      said: `${callId} ${idempotencyKey} 2 ${workspace}`,
    });
  });

  test("names every problem of an input, and does not reach the tool", async () => {
    let reached = false;
    const tool = echo(() => (reached = true));
    await expect(callEcho(tool, { word: 1, times: 9, extra: true })).rejects.toMatchObject({
      code: "tool_input_invalid",
      transient: false,
      message: expect.stringMatching(/word: .*string.*times: .*3.*extra/) as string,
    });
    expect(reached).toBe(false);
  });

  test("reports a tool whose output breaks its own contract", async () => {
    await expect(
      callEcho(
        echo(() => ({ said: 1 })),
        { word: "" },
      ),
    ).rejects.toMatchObject({
      code: "tool_failed",
      transient: false,
      message: expect.stringContaining("broke its own contract with its output: said") as string,
    });
  });

  test.each([
    ["a function", () => 1],
    ["nothing", undefined],
    ["a bigint", 1n],
  ])("reports an output that JSON has no form for: %s", async (_what, value) => {
    const tool = echo(() => value, { output: z.unknown() });
    await expect(callEcho(tool, { word: "" })).rejects.toMatchObject({ code: "tool_failed" });
  });

  test("returns what the journal will hold", async () => {
    const tool = echo(() => ({ at: new Date(0), gone: undefined }), { output: z.unknown() });
    expect(await callEcho(tool, { word: "" })).toStrictEqual({ at: "1970-01-01T00:00:00.000Z" });
  });

  test("reports a schema that throws", async () => {
    const broken = z.strictObject({
      word: z.string().transform(() => {
        throw new Error("oops");
      }),
    });
    const tool = echo(() => ({ said: "" }), { input: broken });
    await expect(callEcho(tool, { word: "" })).rejects.toMatchObject({
      code: "tool_failed",
      message: "echo failed: oops",
    });
  });

  test("refuses a result beyond the cap", async () => {
    const tool = echo(() => ({ said: "é".repeat(9_000_000) }));
    await expect(callEcho(tool, { word: "" })).rejects.toMatchObject({
      code: "tool_failed",
      message: "echo returned 18000011 bytes; a result may have 16777216.",
    });
  });
});

describe("what a tool throws", () => {
  test("fails the call for good, keeping the message", async () => {
    const tool = echo(() => {
      throw new Error("disk on fire");
    });
    await expect(callEcho(tool, { word: "" })).rejects.toMatchObject({
      code: "tool_failed",
      transient: false,
      message: "echo failed: disk on fire",
    });
  });

  test("passes through when it is a tool's own FlotillaError", async () => {
    const error = new FlotillaError("tool_forbidden", "not you", { transient: true });
    await expect(
      callEcho(
        echo(() => Promise.reject(error)),
        { word: "" },
      ),
    ).rejects.toBe(error);
  });

  test("stays transient but loses a code that speaks about the run", async () => {
    const error = new FlotillaError("fenced", "x", { transient: true, retryAfterMs: 7 });
    await expect(
      callEcho(
        echo(() => Promise.reject(error)),
        { word: "" },
      ),
    ).rejects.toMatchObject({
      code: "tool_failed",
      transient: true,
      retryAfterMs: 7,
    });
  });
});

describe("the time of a call", () => {
  const never = () => new Promise(() => undefined);

  test("ends at the timeout even when the tool ignores its signal", async () => {
    const started = performance.now();
    await expect(callEcho(echo(never, { timeoutMs: 40 }), { word: "" })).rejects.toMatchObject({
      code: "tool_timeout",
      transient: true,
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test("is not offered again when the tool may have acted", async () => {
    const tool = echo(never, { timeoutMs: 20, recovery: "unknown" });
    await expect(callEcho(tool, { word: "" })).rejects.toMatchObject({
      code: "tool_timeout",
      transient: false,
      message: expect.stringContaining("may have taken effect") as string,
    });
  });

  test("ends as cancelled when the caller aborts, before or during the call", async () => {
    const controller = new AbortController();
    const pending = callEcho(echo(never), { word: "" }, testContext({ signal: controller.signal }));
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(pending).rejects.toMatchObject({ code: "cancelled" });
    const late = testContext({ signal: AbortSignal.abort() });
    await expect(callEcho(echo(never), { word: "" }, late)).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  test("ends a child process that was given the signal", async () => {
    const controller = new AbortController();
    const { promise: exited, resolve } = Promise.withResolvers<NodeJS.Signals | null>();
    const tool = echo(async (_input, { signal }) => {
      const child = spawn("sleep", ["60"], { signal });
      child.on("error", () => undefined);
      child.on("exit", (_code, endedBy) => resolve(endedBy));
      await exited;
      return { said: "slept" };
    });
    const context = testContext({ signal: controller.signal });
    const pending = callEcho(tool, { word: "" }, context);
    setTimeout(() => controller.abort(), 50);
    await expect(pending).rejects.toMatchObject({ code: "cancelled" });
    expect(await exited).toBe("SIGTERM");
  });
});

describe("reconcile", () => {
  const reconciling = (found: { output: { said: string } } | undefined) =>
    echo(() => ({ said: "" }), { recovery: "reconcile", reconcile: async () => found });

  test("answers what the outside knows", async () => {
    for (const found of [undefined, { output: { said: "done" } }]) {
      const port = await openTools({ tools: [reconciling(found)] });
      expect(await port.reconcile("echo", { word: "a" }, testContext())).toEqual(found);
    }
  });

  test("checks the output it reports", async () => {
    const port = await openTools({ tools: [reconciling({ output: {} as { said: string } })] });
    await expect(port.reconcile("echo", { word: "a" }, testContext())).rejects.toMatchObject({
      code: "tool_failed",
    });
  });

  test("is refused for a tool that has none", async () => {
    const port = await openTools();
    await expect(
      port.reconcile("calculator", { expression: "1" }, testContext()),
    ).rejects.toMatchObject({ code: "tool_failed" });
  });
});

test("a call costs microseconds, not milliseconds: nothing is compiled per call", async () => {
  const port = await openTools();
  const context = testContext();
  const calls = 2_000;
  const measure = async () => {
    const started = process.cpuUsage();
    for (let i = 0; i < calls; i++) await port.call("calculator", { expression: "20+22" }, context);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / calls;
  };
  await measure();
  // A generous bound against accidents such as compiling schemas per call.
  expect(Math.min(await measure(), await measure())).toBeLessThan(200);
});
