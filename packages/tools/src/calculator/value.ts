import { Decimal } from "decimal.js";
import { refuse } from "./expression.ts";

/** Largest magnitude, as a power of ten, and most digits of an exact number. */
export const MAX_EXPONENT = 500;
export const MAX_DIGITS = 1_000;
/** Digits carried by what cannot be exact (1/3, sqrt(2)), trusted of it, and shown of it. */
export const WORKING_DIGITS = 60;
const TRUSTED_DIGITS = 50;
const SHOWN_DIGITS = 30;

/** Wide enough that + - * of two exact numbers never rounds. */
export const Exact = Decimal.clone({
  precision: 2 * (MAX_DIGITS + MAX_EXPONENT),
  modulo: Decimal.ROUND_FLOOR,
  rounding: Decimal.ROUND_HALF_UP,
  defaults: true,
});

export const Rounded = Decimal.clone({ precision: WORKING_DIGITS, defaults: true });

/** A number, and whether it is the true value or only the nearest one of 60 digits. */
export interface Value {
  number: Decimal;
  exact: boolean;
}

export function exactly(number: Decimal): Value {
  return { number, exact: true };
}

/** A result of `Rounded`, as a number of the wide kind. */
export function nearly(number: Decimal): Value {
  return { number: new Exact(number), exact: false };
}

/**
 * Keeps every intermediate value small enough that the next operation is quick.
 * Throws `tool_input_invalid` beyond 10^500 and below 10^-500.
 */
export function bounded({ number, exact }: Value): Value {
  if (number.isZero()) return { number, exact };
  if (!number.isFinite() || number.e > MAX_EXPONENT) throw tooLarge();
  if (number.e < -MAX_EXPONENT) throw refuse(`a value in it is below 10^-${MAX_EXPONENT}`);
  if (number.sd() <= (exact ? MAX_DIGITS : WORKING_DIGITS)) return { number, exact };
  return { number: number.toSD(WORKING_DIGITS), exact: false };
}

/** Without the guard digits, so that floor(1/3 * 3) is 1 and not 0. */
export function settled({ number, exact }: Value): Decimal {
  return exact ? number : number.toSD(TRUSTED_DIGITS);
}

/** Whether a rounded result has room to spare before the digits that could be wrong. */
export function isTrusted(number: Decimal): boolean {
  return number.sd(true) < TRUSTED_DIGITS - 5;
}

/** An exponent is written only where zeros would stand for digits nobody knows or would read. */
export function show({ number, exact }: Value): string {
  const shown = exact ? number : number.toSD(SHOWN_DIGITS);
  if (shown.isZero()) return "0";
  const plain = exact ? shown.e >= -100 : Math.abs(shown.e) < SHOWN_DIGITS;
  return plain ? shown.toFixed() : shown.toExponential();
}

export function tooLarge(): Error {
  return refuse(`a value in it is above 10^${MAX_EXPONENT}`);
}
