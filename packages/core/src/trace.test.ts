import { expect, test } from "vitest";
import fc from "fast-check";
import { newId } from "./id.ts";
import {
  childTraceParent,
  formatTraceParent,
  newTraceId,
  parseTraceParent,
  runTraceId,
  traceIdSchema,
} from "./trace.ts";

const hexOf = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .filter((digits) => digits.some((digit) => digit > 0))
    .map((digits) => digits.map((digit) => digit.toString(16)).join(""));

test("what was written is read back", () => {
  const parents = fc.record({ traceId: hexOf(32), spanId: hexOf(16), sampled: fc.boolean() });
  fc.assert(
    fc.property(parents, (parent) => {
      expect(parseTraceParent(formatTraceParent(parent))).toEqual(parent);
    }),
  );
});

test("no text that is not a traceparent is taken for one", () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const span = "00f067aa0ba902b7";
  expect(parseTraceParent(`00-${trace}-${span}-00`)?.sampled).toBe(false);
  expect(parseTraceParent(`01-${trace}-${span}-01-more`)?.traceId).toBe(trace);
  for (const wrong of [
    undefined,
    "",
    `ff-${trace}-${span}-01`,
    `00-${"0".repeat(32)}-${span}-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${trace}-${span}`,
  ]) {
    expect(parseTraceParent(wrong)).toBeUndefined();
  }
});

test("new ids are valid whatever the randomness, and each child is a span of its own", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(random, (value) => {
      const traceId = newTraceId(() => value);
      expect(traceIdSchema.safeParse(traceId).success).toBe(true);
      expect(parseTraceParent(childTraceParent(traceId, () => value))?.traceId).toBe(traceId);
    }),
  );
});

test("a run's own trace is the bits of its id: the same everywhere, different for each", () => {
  const one = newId("run", 1_700_000_000_000, () => new Uint8Array(16).fill(31));
  expect(runTraceId(one)).toMatch(/^018bcfe56800f{20}$/);
  const ids = Array.from({ length: 500 }, () => newId("run"));
  expect(new Set(ids.map(runTraceId)).size).toBe(500);
  expect(traceIdSchema.safeParse(runTraceId("run_x")).success).toBe(true);
});
