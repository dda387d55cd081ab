import type { Decimal } from "decimal.js";
import { remainder } from "./arithmetic.ts";
import { refuse } from "./expression.ts";
import { exactly, Exact, isTrusted, nearly, Rounded, settled, type Value } from "./value.ts";

interface MathFunction {
  least: number;
  most: number;
  apply(operands: Decimal[]): Value;
  /** Drops the digits that could be wrong, so that its result of an inexact number is exact. */
  rounds?: boolean;
}

/** No key of a prototype can be reached through these maps. */
const constants = new Map<string, Decimal>([
  ["pi", Rounded.acos(-1)],
  ["e", Rounded.exp(1)],
]);

const functions = new Map<string, MathFunction>([
  ["sqrt", unary(root)],
  ["abs", unary((x) => exactly(x.abs()))],
  ["round", { ...rounding((x, places) => roundTo(x, places)), most: 2 }],
  ["floor", rounding((x) => x.floor())],
  ["ceil", rounding((x) => x.ceil())],
  ["trunc", rounding((x) => x.trunc())],
  ["min", { least: 1, most: 100, apply: (operands) => exactly(Exact.min(...operands)) }],
  ["max", { least: 1, most: 100, apply: (operands) => exactly(Exact.max(...operands)) }],
  ["mod", { least: 2, most: 2, apply: ([x, y]) => exactly(remainder(x!, y!)) }],
  ["exp", unary((x) => nearly(Rounded.exp(within(x, 1_150, "exp"))))],
  ["ln", unary((x) => nearly(Rounded.ln(positive(x, "ln"))))],
  ["log10", unary((x) => logarithm(x, 10))],
  ["log2", unary((x) => logarithm(x, 2))],
  ["sin", unary((x) => nearly(Rounded.sin(within(x, 1_000_000, "sin"))))],
  ["cos", unary((x) => nearly(Rounded.cos(within(x, 1_000_000, "cos"))))],
  ["tan", unary((x) => nearly(Rounded.tan(within(x, 1_000_000, "tan"))))],
]);

/** Throws `tool_input_invalid` for an unknown name or a wrong number of operands. */
export function applyFunction(name: string, operands: Value[]): Value {
  const called = functions.get(name);
  if (!called) {
    throw refuse(`there is no function "${name}"; there are ${[...functions.keys()].join(", ")}`);
  }
  const { least, most } = called;
  if (operands.length < least || operands.length > most) {
    const count = least === most ? `${least}` : `${least} to ${most}`;
    throw refuse(`${name} takes ${count} argument${most === 1 ? "" : "s"}, not ${operands.length}`);
  }
  const { number, exact } = called.apply(operands.map(settled));
  const known = operands.every((operand) => operand.exact) || (called.rounds && isTrusted(number));
  return { number, exact: exact && known === true };
}

/** Throws `tool_input_invalid` for an unknown name. */
export function constantOf(name: string): Value {
  const value = constants.get(name);
  if (value) return nearly(value);
  if (functions.has(name)) throw refuse(`${name} needs its arguments in parentheses`);
  throw refuse(`"${name}" has no value; write numbers, pi or e`);
}

function unary(apply: (x: Decimal) => Value): MathFunction {
  return { least: 1, most: 1, apply: ([x]) => apply(x!) };
}

function rounding(apply: (x: Decimal, places?: Decimal) => Decimal): MathFunction {
  const applied = ([x, places]: Decimal[]) => exactly(apply(x!, places));
  return { least: 1, most: 1, apply: applied, rounds: true };
}

function root(x: Decimal): Value {
  if (x.lt(0)) throw refuse("a negative number has no real square root");
  const number = new Exact(Rounded.sqrt(x));
  return { number, exact: number.times(number).eq(x) };
}

function logarithm(x: Decimal, base: 2 | 10): Value {
  const { number } = nearly(Rounded.log(positive(x, `log${base}`), base));
  return { number, exact: number.isInt() && new Exact(base).pow(number).eq(x) };
}

/** Halves go away from zero; negative places round to tens, hundreds and so on. */
function roundTo(x: Decimal, places: Decimal = new Exact(0)): Decimal {
  if (!places.isInt() || places.abs().gt(100)) {
    throw refuse("round takes a whole number of decimals from -100 to 100");
  }
  if (!places.lt(0)) return x.toDP(places.toNumber());
  const unit = new Exact(10).pow(places.neg());
  return x.div(unit).toDP(0).times(unit);
}

function positive(x: Decimal, name: string): Decimal {
  if (!x.gt(0)) throw refuse(`${name} takes a number above zero`);
  return x;
}

function within(x: Decimal, most: number, name: string): Decimal {
  if (x.abs().gt(most)) throw refuse(`${name} takes a number from -${most} to ${most}`);
  return x;
}
