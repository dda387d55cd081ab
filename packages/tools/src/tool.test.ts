import { describe, expect, test } from "vitest";
import { z } from "zod";
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
