import { compute } from "./arithmetic.ts";
import { parseExpression, type Expression } from "./expression.ts";
import { applyFunction, constantOf } from "./functions.ts";
import { bounded, Exact, exactly, show, type Value } from "./value.ts";

/**
 * The value of an expression in decimal notation: exact where a finite decimal exists,
 * otherwise rounded (half away from zero) to 30 significant digits.
 * Throws `tool_input_invalid` for what has no value or one beyond 10^500.
 */
export function evaluate(text: string): string {
  return show(valueOf(parseExpression(text)));
}

function valueOf(expression: Expression): Value {
  switch (expression.kind) {
    case "number":
      return bounded(exactly(new Exact(expression.text)));
    case "constant":
      return constantOf(expression.name);
    case "negate": {
      const { number, exact } = valueOf(expression.operand);
      return { number: number.neg(), exact };
    }
    case "percent": {
      const { number, exact } = valueOf(expression.operand);
      return bounded({ number: number.times("0.01"), exact });
    }
    case "call":
      return bounded(applyFunction(expression.name, expression.operands.map(valueOf)));
    case "binary": {
      const { operator, left, right } = expression;
      return bounded(compute(operator, valueOf(left), valueOf(right)));
    }
  }
}
