import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonSchema, type Json } from "@flotilla/core";
import { evaluateExpression } from "./evaluate-expression.ts";

test.each<[string, Json, Json]>([
  ["input.a + 1", { a: 2 }, 3],
  ["{ a: 1, b: [input] }", "x", { a: 1, b: ["x"] }],
  ["const all = input.map((n) => n * 2); all.filter((n) => n > 2)", [1, 2, 3], [4, 6]],
  ["undefined", null, null],
  [
    "input",
    { __proto__x: 1, nested: [null, true, "ü\u0000\ud83d\ude00"] },
    { __proto__x: 1, nested: [null, true, "ü\u0000\ud83d\ude00"] },
  ],
  ["(async () => { await null; return input + 1 })()", 1, 2],
  ["input // a comment", 5, 5],
  ["new Map([[1, 2]]).get(1)", null, 2],
])("%s", async (expression, input, value) => {
  expect(await evaluateExpression(expression, { input })).toEqual(value);
});

test("any JSON goes in and out as it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const input = JSON.parse(JSON.stringify(value)) as Json;
      expect(await evaluateExpression("input", { input })).toEqual(input);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ["input.a.b", "TypeError: cannot read property 'b' of undefined"],
  ["throw 'no'", "It threw no."],
  ["a b", "SyntaxError: expecting ';'"],
  ["(() => 1)", "Its result is a function, which JSON has no form for."],
  ["10n", "TypeError:"],
  ["new Promise(() => {})", "Its result is a promise that nothing settles."],
  ["Promise.reject(new Error('later'))", "Error: later"],
  ["for (;;);", "It computed for more than 200 ms."],
  ["(async () => { for (;;) await null })()", "It computed for more than 200 ms."],
  ["try { for (;;); } catch { 1 } finally { for (;;); }", "It computed for more than 200 ms."],
  ["const f = () => f() + 1; f()", "InternalError: stack overflow"],
  ["const a = []; for (;;) a.push(new Uint8Array(1e5))", "It needs more memory than it may have."],
  ["'x'.repeat(2e6)", "Its result has more than 1048576 bytes."],
  ["JSON.parse('['.repeat(1e5))", ""],
  ["/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))", "It computed for more than 200 ms."],
])("no value: %s", async (expression, problem) => {
  await expect(evaluateExpression(expression, { input: {}, timeMs: 200 })).rejects.toMatchObject({
    code: "tool_failed",
    message: expect.stringContaining(problem) as string,
  });
  expect(await evaluateExpression("1 + 1")).toBe(2);
});

test("there is nothing in its world but the language", async () => {
  const names = await evaluateExpression("Object.getOwnPropertyNames(globalThis)");
  const host = [
    "process",
    "require",
    "fetch",
    "console",
    "setTimeout",
    "WebAssembly",
    "std",
    "os",
    "scriptArgs",
    "print",
  ];
  for (const name of host) expect(names).not.toContain(name);
  for (const way of ["import('fs')", "import('node:process')", "import.meta"]) {
    await expect(evaluateExpression(way), way).rejects.toMatchObject({ code: "tool_failed" });
  }
  const constructor = "[].constructor.constructor('return typeof process')()";
  expect(await evaluateExpression(constructor)).toBe("undefined");
});

test("one expression leaves nothing for the next", async () => {
  await evaluateExpression(
    "globalThis.left = 1; Object.prototype.polluted = 1; Array.prototype.map = null; 1",
  );
  const look = "[typeof left, typeof ({}).polluted, typeof [].map]";
  expect(await evaluateExpression(look)).toEqual(["undefined", "undefined", "function"]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe("with its sources fixed", () => {
  const fixed = { now: Date.UTC(2026, 1, 3, 4, 5, 6), seed: 7 };

  test.each<[string, Json]>([
    ["Date.now()", fixed.now],
    ["new Date().toISOString()", "2026-02-03T04:05:06.000Z"],
    ["Date()", "Tue, 03 Feb 2026 04:05:06 GMT"],
    ["new Date(2026, 0, 2, 3).toJSON()", "2026-01-02T03:00:00.000Z"],
    ["new Date('2026-01-02T03:04').getHours()", 3],
    ["Date.parse('2026-01-02T03:04:05')", Date.UTC(2026, 0, 2, 3, 4, 5)],
    ["new Date(0).constructor.now()", fixed.now],
    ["new (class extends Date {})().getTime()", fixed.now],
    ["new Date(0).getTimezoneOffset()", 0],
    [
      "typeof WeakRef + typeof FinalizationRegistry + typeof performance",
      "undefinedundefinedundefined",
    ],
  ])("%s", async (expression, value) => {
    expect(await evaluateExpression(expression, { fixed })).toEqual(value);
  });

  test("chance is that of the seed", async () => {
    const draw = (seed: number) =>
      evaluateExpression("Array.from({ length: 5 }, Math.random)", { fixed: { now: 0, seed } });
    const first = await draw(1);
    expect(await draw(1)).toEqual(first);
    expect(await draw(2)).not.toEqual(first);
    for (const value of jsonSchema.array().parse(first))
      expect(value).toSatisfy((n: number) => n >= 0 && n < 1);
  });
});
