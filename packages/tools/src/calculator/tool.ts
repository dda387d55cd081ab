import { z } from "zod";
import { defineTool } from "../tool.ts";
import type * as Evaluation from "./evaluate.ts";

/** The grammar takes 50 ms to load, so it is loaded by the first calculation. */
let loading: Promise<typeof Evaluation> | undefined;

/** Exact decimal arithmetic; its language is described in docs/tools.md. */
export const calculator = defineTool({
  name: "calculator",
  description:
    "Computes an arithmetic expression exactly, e.g. (12.5 + 3) * 4 / 7. " +
    "Operators: + - * / ^, % as remainder (10 % 3) or per cent (50 * 5%). " +
    "Functions: sqrt abs round(x, decimals) floor ceil trunc min max mod exp ln log10 log2 sin cos tan (radians); pi, e. " +
    "No variables, no units.",
  input: z.strictObject({
    expression: z.string().trim().min(1).max(1000).describe("for example 48/2 + 0.1"),
  }),
  output: z.strictObject({ result: z.string().describe("decimal notation") }),
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 1,
  examples: [
    { input: { expression: "48/2 + 0.1" }, output: { result: "24.1" }, runs: true },
    { input: { expression: "50 * 5%" }, output: { result: "2.5" }, runs: true },
  ],
  async call({ expression }) {
    loading ??= import("./evaluate.ts");
    const { evaluate } = await loading;
    return { result: evaluate(expression) };
  },
});
