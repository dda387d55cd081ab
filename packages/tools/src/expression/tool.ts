import { jsonSchema } from "@flotilla/core";
import { z } from "zod";
import { defineTool } from "../tool.ts";
import { evaluateExpression } from "./evaluate-expression.ts";

/** JavaScript over JSON, on every system: it needs no sandbox but its own engine. */
export const codeExpression = defineTool({
  name: "code_expression",
  description:
    "Evaluates a JavaScript expression over JSON and answers its value, e.g. " +
    "input.orders.filter((o) => o.paid).map((o) => o.total). The data is `input`. Statements are allowed; the last value " +
    "counts. Plain language only: no modules, files, network or timers. One second.",
  input: z.strictObject({
    expression: z.string().trim().min(1).max(100_000),
    input: jsonSchema.optional().describe("any JSON; the expression sees it as `input`"),
  }),
  output: z.strictObject({ value: jsonSchema }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 30_000,
  maxAttempts: 1,
  breaker: false,
  examples: [
    {
      input: {
        expression: "input.map((item) => item.price * item.count).reduce((a, b) => a + b, 0)",
        input: [
          { price: 3, count: 2 },
          { price: 10, count: 1 },
        ],
      },
      output: { value: 16 },
      runs: true,
    },
  ],
  async call({ expression, input = null }, { signal }) {
    return { value: await evaluateExpression(expression, { input, signal }) };
  },
});
