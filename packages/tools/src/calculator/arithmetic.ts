import type { Decimal } from "decimal.js";
import { refuse, type Operator } from "./expression.ts";
import {
  exactly,
  Exact,
  MAX_DIGITS,
  MAX_EXPONENT,
  nearly,
  Rounded,
  settled,
  tooLarge,
  WORKING_DIGITS,
  type Value,
} from "./value.ts";

/** Exact only when both operands are. */
export function compute(operator: Operator, left: Value, right: Value): Value {
  const result = calculate(operator, left, right);
  return { number: result.number, exact: result.exact && left.exact && right.exact };
}

function calculate(operator: Operator, left: Value, right: Value): Value {
  switch (operator) {
    case "+":
      return exactly(left.number.plus(right.number));
    case "-":
      return exactly(left.number.minus(right.number));
    case "*":
      return exactly(left.number.times(right.number));
    case "/":
      return divide(left.number, right.number);
    case "%":
      return exactly(remainder(settled(left), settled(right)));
    case "^":
      return raise(left.number, right.number);
  }
}

/** Takes the sign of the divisor, as in Python and spreadsheets: -7 % 3 is 2. */
export function remainder(x: Decimal, y: Decimal): Decimal {
  if (y.isZero()) throw dividesByZero();
  return x.mod(y);
}

/** Carries enough digits to notice a quotient that comes out even. */
function divide(x: Decimal, y: Decimal): Value {
  if (y.isZero()) throw dividesByZero();
  Rounded.set({ precision: Math.max(WORKING_DIGITS, x.sd() + y.sd()) });
  const number = new Exact(Rounded.div(x, y));
  Rounded.set({ precision: WORKING_DIGITS });
  return { number, exact: number.times(y).eq(x) };
}

/** Judges the size before computing anything, so that 9^9^9 ends at once. */
function raise(x: Decimal, y: Decimal): Value {
  if (x.isZero()) {
    if (y.lt(0)) throw dividesByZero();
    return exactly(new Exact(y.isZero() ? 1 : 0));
  }
  if (x.lt(0) && !y.isInt()) throw refuse("a negative number has no real power that is a fraction");
  const power = y.toNumber();
  if (Math.abs(magnitude(x) * power) > MAX_EXPONENT + 1) throw tooLarge();
  if (!y.isInt() || digitsPerFactor(x) * Math.abs(power) > MAX_DIGITS) {
    return nearly(Rounded.pow(x, y));
  }
  const whole = x.pow(y.abs());
  return power < 0 ? divide(new Exact(1), whole) : exactly(whole);
}

/** log10 of the absolute value, near enough to judge sizes by. */
function magnitude(x: Decimal): number {
  const [mantissa] = x.abs().toExponential(15).split("e");
  return x.e + Math.log10(Number(mantissa));
}

/** How many digits each factor of x adds to a power of it. */
function digitsPerFactor(x: Decimal): number {
  const digits = x.toExponential().replace(".", "").replace(/e.*/, "");
  return magnitude(new Exact(digits));
}

function dividesByZero(): Error {
  return refuse("it divides by zero");
}
