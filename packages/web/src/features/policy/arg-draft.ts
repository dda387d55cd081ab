import { argTestNames, type ArgCondition, type ArgTest, type Json } from "@flotilla/core";

/** A condition that has one test, as a row of fields shows it. */
export interface SimpleTest {
  test: keyof ArgTest | "exists";
  value: Json;
  isNot: boolean;
}

/** Undefined: it has more than a row of fields can show. */
export function simpleForm({ path: _path, nodes, ...rest }: ArgCondition): SimpleTest | undefined {
  const { not, ...tests } = rest;
  const [first, ...more] = Object.entries(not ?? tests);
  if (!first || more.length > 0 || nodes || (not && Object.keys(tests).length > 0))
    return undefined;
  return { test: first[0] as SimpleTest["test"], value: first[1], isNot: Boolean(not) };
}

export function withTest({ path }: ArgCondition, { test, value, isNot }: SimpleTest): ArgCondition {
  const tests = { [test]: value } as ArgTest;
  return isNot && test !== "exists" ? { path, not: tests } : { path, ...tests };
}

/** The rest of a condition, for people. */
export function testText({ path: _path, ...rest }: ArgCondition): string {
  return JSON.stringify(rest);
}

const lists = new Set<SimpleTest["test"]>(["in", "hostIn"]);
const numbers = new Set<SimpleTest["test"]>(["lessThan", "greaterThan"]);
const texts = new Set<SimpleTest["test"]>(["matches", "startsWith", "under"]);

/** What somebody has typed, as the test takes it: numbers, lists with commas, JSON where it is some, else text. */
export function readTestValue(test: SimpleTest["test"], text: string): Json {
  if (test === "exists") return text.trim() !== "false";
  if (texts.has(test)) return text;
  if (numbers.has(test)) return Number(text) || 0;
  const read = jsonOr(text);
  if (!lists.has(test)) return read;
  if (Array.isArray(read)) return read;
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter(Boolean).map((part) => (test === "in" ? jsonOr(part) : part));
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

export const allTests: readonly SimpleTest["test"][] = ["exists", ...argTestNames];
