import { canonicalJson } from "./canonical-json.ts";
import { canonicalPattern, hostOf, isHostOf } from "./host-of.ts";
import type { Json } from "./json.ts";
import { compileJsonPath } from "./json-path.ts";
import { isFolder, isUnder } from "./path-under.ts";
import type { ArgCondition, ArgTest } from "./tool-condition.ts";
import type { ToolEffect } from "./tool-rule.ts";

/** Whether something is so; undefined: that cannot be told. */
type Told = boolean | undefined;

/** What reads the languages of conditions. They are large, so they are loaded where there are conditions. */
export interface ConditionReaders {
  parsePath: Parameters<typeof compileJsonPath>[1];
  /** Whether a text fits a pattern of RE2 from end to end. Throws for what is no pattern. */
  pattern(text: string): (value: string) => boolean;
}

export async function loadConditionReaders(): Promise<ConditionReaders> {
  const [{ default: parsePath }, { RE2JS }] = await Promise.all([
    import("jsonpath-rfc9535/parser"),
    import("re2js"),
  ]);
  return {
    parsePath,
    pattern(text) {
      const compiled = RE2JS.compile(text, RE2JS.DOTALL);
      return (value) => compiled.matches(value);
    },
  };
}

/** Longer texts are not held against patterns. */
const longestMatched = 65_536;

type Test = (value: Json) => Told;

/**
 * Reads a condition. Without a value where the path leads nothing is so of it, and of what is not so of it nothing can
 * be told.
 *
 * Throws an error that says what is wrong with it.
 */
export function compileArgCondition(
  { path, nodes, exists, not, ...tests }: ArgCondition,
  effect: ToolEffect,
  readers: ConditionReaders,
): (input: Json) => Told {
  const find = compileJsonPath(path, readers.parsePath);
  const denied = not && compileTests(not, readers);
  const asked = compileTests(tests, readers);
  const test: Test = (value) => both(asked(value), denied ? negated(denied(value)) : true);
  const isTested = not !== undefined || Object.keys(tests).length > 0;
  const ofAll = (nodes ?? (effect === "allow" ? "all" : "any")) === "all";
  return (input) => {
    const found = find(input);
    if (!found) return undefined;
    if (exists !== undefined && exists !== found.length > 0) return false;
    if (!isTested) return true;
    if (found.length === 0) return not && Object.keys(tests).length === 0 ? undefined : false;
    const told = found.map(test);
    if (told.includes(!ofAll)) return !ofAll;
    return told.includes(undefined) ? undefined : ofAll;
  };
}

function negated(told: Told): Told {
  return told === undefined ? undefined : !told;
}

function both(one: Told, other: Told): Told {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
}

function compileTests(test: ArgTest, readers: ConditionReaders): Test {
  const tests = compileEach(test, readers);
  return (value) => tests.reduce<Told>((told, one) => both(told, one(value)), true);
}

function compileEach(test: ArgTest, readers: ConditionReaders): Test[] {
  const tests: Test[] = [];
  const { equals, matches, startsWith, contains, lessThan, greaterThan, hostIn, under } = test;
  if (equals !== undefined) tests.push(oneOf([equals]));
  if (test.in) tests.push(oneOf(test.in));
  if (matches !== undefined) {
    const fits = readers.pattern(matches);
    tests.push(ofText((text) => (text.length > longestMatched ? undefined : fits(text))));
  }
  if (startsWith !== undefined) tests.push(ofText((text) => text.startsWith(startsWith)));
  if (contains !== undefined) tests.push(containing(contains));
  if (lessThan !== undefined) tests.push(ofNumber((value) => value < lessThan));
  if (greaterThan !== undefined) tests.push(ofNumber((value) => value > greaterThan));
  if (hostIn) tests.push(ofHost(hostIn));
  if (under !== undefined) {
    if (!isFolder(under)) throw new Error(`${JSON.stringify(under)} is not a folder`);
    tests.push(ofText((text) => isUnder(under, text)));
  }
  return tests;
}

function ofText(test: (text: string) => Told): Test {
  return (value) => (typeof value === "string" ? test(value) : undefined);
}

function ofNumber(test: (value: number) => boolean): Test {
  return (value) => (typeof value === "number" ? test(value) : undefined);
}

function kindOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** A value of a type that is not among these is none of them, or one of them written otherwise. */
function oneOf(values: readonly Json[]): Test {
  const texts = new Set(values.map((value) => canonicalJson(value)));
  const kinds = new Set(values.map(kindOf));
  return (value) => {
    if (!kinds.has(kindOf(value))) return undefined;
    return texts.has(canonicalJson(value));
  };
}

function containing(wanted: Json): Test {
  const isWanted = oneOf([wanted]);
  return (value) => {
    if (typeof value === "string") {
      return typeof wanted === "string" ? value.includes(wanted) : undefined;
    }
    if (!Array.isArray(value)) return undefined;
    const told = value.map(isWanted);
    if (told.includes(true)) return true;
    return told.includes(undefined) ? undefined : false;
  };
}

function ofHost(hosts: readonly string[]): Test {
  const patterns = hosts.map((host) => {
    const pattern = canonicalPattern(host);
    if (pattern === undefined) throw new Error(`${JSON.stringify(host)} is not a host`);
    return pattern;
  });
  return ofText((text) => {
    const host = hostOf(text);
    return host === undefined ? undefined : patterns.some((pattern) => isHostOf(pattern, host));
  });
}
