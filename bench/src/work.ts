/**
 * The work every contender does: a run of nine steps, five model calls and four tool calls in
 * turn. The mock provider asks for the calls and gives the answer, so that all do the same.
 */
export const modelCallsPerRun = 5;
export const stepsPerRun = 9;

export const instructions = "Work it out step by step. Use the calculator for each step.";
export const prompt =
  "A crate holds 12 trays of 7 jars. 16 jars are added, all are shared among 8 shops, and each " +
  "shop sells 2. How many jars has a shop left?";

/** What the mock asks the calculator for, one expression a turn. */
export const expressions = ["12*7", "84+16", "100/8", "12.5-2"] as const;

export const answerTokens =
  "The crate has 84 jars , 100 with those added , 12.5 a shop , so 10.5 are left ."
    .split(" ")
    .map((word, index) => (index === 0 ? word : ` ${word}`));
export const answer = answerTokens.join("");

export const calculatorTool = {
  name: "calculator",
  description: "Works out an arithmetic expression of two numbers.",
  parameters: {
    type: "object",
    properties: { expression: { type: "string", description: "For example 12*7." } },
    required: ["expression"],
    additionalProperties: false,
  },
} as const;

/** The same tool for all contenders that do not bring their own. Throws on what it cannot read. */
export function calculate(expression: string): string {
  const parts = /^([\d.]+)([-+*/])([\d.]+)$/.exec(expression);
  if (!parts) throw new Error(`Not an expression of two numbers: ${expression}`);
  const [left, right] = [Number(parts[1]), Number(parts[3])];
  if (parts[2] === "+") return String(left + right);
  if (parts[2] === "-") return String(left - right);
  return String(parts[2] === "*" ? left * right : left / right);
}
