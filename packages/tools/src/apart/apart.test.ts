import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlotillaError } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testContext } from "../test-context.ts";
import { defaultSettings } from "../settings.ts";
import { openApart, type OpenApart } from "./open-apart.ts";

const file = `
import { FlotillaError } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";
export const act = defineTool({
  name: "act",
  description: "Does what it is told.",
  input: z.strictObject({ how: z.string() }),
  output: z.unknown(),
  recovery: "reconcile",
  timeoutMs: 20_000,
  maxAttempts: 1,
  reconcile: async ({ how }) => (how === "found" ? { output: "it happened" } : undefined),
  async call({ how }, context) {
    switch (how) {
      case "exit": process.exit(7);
      case "spin": for (;;);
      case "memory": { const all = []; for (;;) all.push(new Array(100_000).fill(all.length)); }
      case "buffers": { const all = []; for (;;) all.push(Buffer.alloc(50_000_000, 1)); }
      case "throw": setTimeout(() => { throw new Error("late"); }); return new Promise(() => {});
      case "wait": return new Promise(() => {});
      case "refuse": throw new FlotillaError("tool_failed", "not now", { transient: true, retryAfterMs: 7 });
      case "pid": return process.pid;
      case "workspace": return context.workspace();
      case "place": return context.fetch("http://127.0.0.1:9/{{x}}").catch((error) => error.message);
      case "connection": return context.connection("mail", "work");
      case "image": return context.image({ model: "a/b", prompt: "a boat" });
      case "environment": return process.env.FLOTILLA_TEST_SECRET ?? null;
      default: return [how, context.idempotencyKey, context.attempt];
    }
  },
});
`;

let folder: string;
let apart: OpenApart;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flotilla-apart-"));
  await writeFile(join(folder, "act.ts"), file);
  const tools = join(folder, "node_modules", "more-tools");
  await mkdir(tools, { recursive: true });
  await writeFile(join(tools, "package.json"), '{"type":"module","exports":"./main.js"}');
  await writeFile(join(tools, "main.js"), file.replace('"act"', '"act_more"'));
  const { resolve: _resolve, ...settings } = defaultSettings;
  apart = openApart({
    sources: { folder, packages: ["more-tools"], from: folder },
    settings,
    memoryBytes: 300 * 2 ** 20,
    hangMs: 3_000,
  });
});
afterAll(async () => {
  apart.close();
  await rm(folder, { recursive: true, force: true });
});

const act = (how: string, context = testContext(), isFresh = false) =>
  apart.call("act", { how }, context, isFresh);

describe("a call made apart", () => {
  test("is answered as one that is made here, from its own context", async () => {
    const context = testContext({ attempt: 3, idempotencyKey: "k" });
    expect(await act("hello", context)).toEqual(["hello", "k", 3]);
    expect(await act("workspace", context)).toBe(await context.workspace());
    expect(await apart.reconcile("act", { how: "found" }, context, false)).toEqual({
      output: "it happened",
    });
    expect(await apart.reconcile("act", { how: "x" }, context, false)).toBeUndefined();
    expect(await apart.call("calculator", { expression: "6*7" }, context, false)).toMatchObject({
      result: "42",
    });
    const ofPackage = await apart.call("act_more", { how: "hello" }, context, false);
    expect(ofPackage).toEqual(["hello", "k", 3]);
  });

  test("fails with its own error, and with that of its context", async () => {
    await expect(act("refuse")).rejects.toMatchObject({
      code: "tool_failed",
      message: "not now",
      transient: true,
      retryAfterMs: 7,
    });
    const place = () => Promise.reject(new FlotillaError("tool_forbidden", "it may not"));
    expect(await act("place", testContext({ place }))).toContain("it may not");
    await expect(apart.call("act", { what: 1 }, testContext(), false)).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
  });

  test("is given connections by its context", async () => {
    const opened = { name: "work", settings: { kind: "mail" }, login: null };
    const asked: unknown[] = [];
    const connection = async (...given: unknown[]) => {
      asked.push(given);
      return opened as never;
    };
    expect(await act("connection", testContext({ connection }))).toEqual(opened);
    expect(asked).toEqual([["mail", "work"]]);
  });

  test("has images made by its context", async () => {
    const images = [{ id: "art_1", mediaType: "image/png", bytes: 3 }];
    const image = async ({ model }: { model: string }) => ({ model, images });
    expect(await act("image", testContext({ image }))).toEqual({ model: "a/b", images });
  });

  test("uses a process again, except where it is to be fresh", async () => {
    const first = await act("pid");
    expect(await act("pid")).toBe(first);
    const fresh = await act("pid", testContext(), true);
    expect(fresh).not.toBe(first);
    expect(await act("pid")).toBe(first);
    expect(first).not.toBe(process.pid);
  });

  test("has the environment of the tools, which is not in that of its process", async () => {
    process.env["FLOTILLA_TEST_SECRET"] = "s3cret";
    expect(await act("environment", testContext(), true)).toBe("s3cret");
    delete process.env["FLOTILLA_TEST_SECRET"];
  });

  test.each([
    ["exit", "it exited with code 7"],
    ["throw", "it exited with code 1"],
    ["spin", "its event loop stood still"],
    ["memory", "it ran out of memory"],
    ["buffers", "it ran out of memory"],
  ])("that ends its process (%s) says how, and others beside it go on", async (how, why) => {
    const beside = act("hello");
    const error = await act(how, testContext({ callId: "c1-0" })).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "worker_killed",
      message: `The call c1-0 of act ended the process it was made in: ${why}.`,
      details: { tool: "act", callId: "c1-0", how: why },
    });
    expect(await beside).toContain("hello");
    expect(await act("hello")).toContain("hello");
  });

  test("ends when it is told to", async () => {
    const stop = new AbortController();
    const call = act("wait", testContext({ signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    const blocked = act("spin", testContext({ signal: AbortSignal.timeout(50) }));
    await expect(blocked).rejects.toMatchObject({ code: "cancelled" });
  });
});
