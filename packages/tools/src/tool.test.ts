import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Terms } from "./terms.ts";
import { defineTool } from "./tool.ts";

const definition = {
  name: "greet",
  description: "Greets.",
  input: z.strictObject({ who: z.string().describe("a name"), loud: z.boolean().default(false) }),
  output: z.string(),
  recovery: "unknown",
  timeoutMs: 1_000,
  maxAttempts: 1,
  call: () => "hi",
} as const;

describe("a definition", () => {
  test("becomes what the model sees: a default makes a field optional", () => {
    expect(defineTool(definition).info).toEqual({
      name: "greet",
      description: "Greets.",
      reach: "own",
      emits: [],
      input: {
        type: "object",
        properties: {
          who: { type: "string", description: "a name" },
          loud: { type: "boolean", default: false },
        },
        required: ["who"],
        additionalProperties: false,
      },
      output: { type: "string" },
      risk: "write",
      recovery: "unknown",
      timeoutMs: 1_000,
      maxAttempts: 1,
    });
  });

  test("says on which terms it is called, and shows examples", () => {
    const terms = {
      risk: "read",
      rateLimit: { calls: 10, perSeconds: 60 },
      concurrency: { group: "greetings", most: 2 },
      cacheSeconds: 60,
      costMicros: 1_500,
    } as const;
    const examples = [{ input: { who: "Ada" }, output: "hi", runs: true }];
    const of = (more: Pick<Terms, "breaker">) =>
      defineTool({ ...definition, ...terms, examples, ...more }).info;
    expect(of({})).toMatchObject({ ...terms, examples });
    expect(of({})).not.toHaveProperty("breaksAfter");
    expect(of({ breaker: { failures: 3 } }).breaksAfter).toBe(3);
    expect(of({ breaker: false }).breaksAfter).toBeNull();
  });

  test("whose recovery is reconcile must have a reconcile function", () => {
    // @ts-expect-error: the types say so too.
    expect(() => defineTool({ ...definition, recovery: "reconcile" })).toThrow(
      "Tool greet cannot be registered: its recovery is reconcile, so it needs a reconcile function.",
    );
    defineTool({ ...definition, recovery: "reconcile", reconcile: async () => undefined });
  });

  test.each([
    [{ name: "Greet me" }, "its name must be"],
    [{ name: undefined }, "its name must be"],
    [{ description: " " }, "needs a description"],
    [{ call: undefined }, "needs a call function"],
    [{ recovery: "maybe" }, "recovery must be"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ timeoutMs: 1e12 }, "timeoutMs"],
    [{ maxAttempts: 0 }, "maxAttempts"],
    [{ rateLimit: { calls: 0, perSeconds: 1 } }, "its rateLimit.calls cannot be used"],
    [{ rateLimit: { calls: 5 } }, "its rateLimit.perSeconds cannot be used"],
    [{ concurrency: { group: "My Group", most: 1 } }, "its concurrency.group cannot be used"],
    [{ concurrency: { group: "web", most: 1.5 } }, "its concurrency.most cannot be used"],
    [{ cacheSeconds: 60 }, 'its risk is not "read"'],
    [{ risk: "read", cacheSeconds: -1 }, "its cacheSeconds cannot be used"],
    [{ costMicros: 0.5 }, "its costMicros cannot be used"],
    [{ breaker: true }, "its breaker cannot be used: use { failures: 5 }, or false"],
    [{ breaker: { failures: 0 } }, "its breaker"],
    [{ examples: [{ input: { whom: "Ada" } }] }, "its examples.0.input"],
    [{ examples: [{ input: { who: "Ada" }, output: 1 }] }, "its examples.0.output"],
    [{ examples: [{ who: "Ada" }] }, "its examples.0"],
    [{ input: z.string() }, "input must be a zod object"],
    [{ input: { type: "object" } }, "input is not a zod schema"],
    [{ output: z.date() }, "output is not a zod schema with a JSON form"],
  ])("with %o is refused", (wrong, problem) => {
    const broken = { ...definition, ...wrong } as unknown as typeof definition;
    expect(() => defineTool(broken)).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        message: expect.stringContaining(problem) as string,
      }) as Error,
    );
  });
});
