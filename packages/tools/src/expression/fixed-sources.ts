import type { QuickJSContext } from "quickjs-emscripten-core";

/** What else comes from outside the language: the clock, in milliseconds, and where chance begins. */
export interface FixedSources {
  now: number;
  seed: number;
}

/**
 * Inside the engine: a clock that stands still, chance from a seed (mulberry32), UTC as the time zone, and nothing
 * that tells when memory is tidied up. The real ones are not to be found by any way from there.
 */
const program = `((now, seed) => {
  const Real = Date;
  const zoned = (text) =>
    typeof text === "string" && /T\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?$/.test(text) ? text + "Z" : text;
  function Fixed(...given) {
    if (!new.target) return new Real(now).toString();
    if (given.length === 0) return Reflect.construct(Real, [now], new.target);
    if (given.length === 1) return Reflect.construct(Real, [zoned(given[0])], new.target);
    return Reflect.construct(Real, [Real.UTC(...given)], new.target);
  }
  const ofDate = Real.prototype;
  for (const part of ["FullYear", "Month", "Date", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
    ofDate["get" + part] = ofDate["getUTC" + part];
    ofDate["set" + part] = ofDate["setUTC" + part];
  }
  ofDate.getDay = ofDate.getUTCDay;
  ofDate.getTimezoneOffset = () => 0;
  const { toUTCString } = ofDate;
  for (const name of ["toString", "toLocaleString"]) {
    ofDate[name] = function () { return toUTCString.call(this); };
  }
  for (const name of ["toDateString", "toLocaleDateString"]) {
    ofDate[name] = function () { return toUTCString.call(this).slice(0, 16); };
  }
  for (const name of ["toTimeString", "toLocaleTimeString"]) {
    ofDate[name] = function () { return toUTCString.call(this).slice(17); };
  }
  Object.defineProperty(Fixed, "prototype", { value: ofDate });
  Object.defineProperty(ofDate, "constructor", { value: Fixed });
  Fixed.now = () => now;
  Fixed.UTC = Real.UTC;
  Fixed.parse = (text) => Real.parse(zoned(text));
  globalThis.Date = Fixed;
  Math.random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  delete globalThis.WeakRef;
  delete globalThis.FinalizationRegistry;
  delete globalThis.performance;
})`;

export function fixNondeterminism(context: QuickJSContext, { now, seed }: FixedSources): void {
  using fix = context.unwrapResult(context.evalCode(program, "fixed-sources.js"));
  using nowHandle = context.newNumber(now);
  using seedHandle = context.newNumber(seed);
  context
    .unwrapResult(context.callFunction(fix, context.undefined, nowHandle, seedHandle))
    .dispose();
}
