import { runInNewContext } from "node:vm";
import type { AcceptanceCheck } from "@flotilla/core";
import { checkOutput } from "../output.ts";

/** A pattern that takes longer does not match: it may come from a model. */
const longestMatchMs = 100;
const longestText = 200_000;

/** What a text lacks of a check that can be made here, in a sentence; undefined when it passes, or others judge. */
export function checkText(check: AcceptanceCheck, text: string): string | undefined {
  switch (check.kind) {
    case "contains":
      return text.includes(check.text) ? undefined : `it does not contain "${check.text}"`;
    case "regex":
      return matches(check.pattern, text) ? undefined : `it does not match /${check.pattern}/`;
    case "number": {
      const found = lastNumber(text);
      if (found === undefined) return "there is no number in it";
      const isRight = Math.abs(found - check.equals) <= check.tolerance;
      return isRight ? undefined : `its last number is ${found}, not ${check.equals}`;
    }
    case "schema": {
      const checked = checkOutput(check.schema, text);
      return checked.ok ? undefined : `it does not fit the schema: ${checked.problems.join("; ")}`;
    }
    case "tool":
    case "critic":
      return undefined;
  }
}

/** The last number of a text; commas between its digits are left out. */
function lastNumber(text: string): number | undefined {
  const last = text.match(/-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/gi)?.at(-1);
  return last === undefined ? undefined : Number(last.replaceAll(",", ""));
}

/** In a context of its own, where a search that does not end can be broken off. */
function matches(pattern: string, text: string): boolean {
  try {
    const given = { pattern, text: text.slice(0, longestText) };
    const search = "new RegExp(pattern, 'u').test(text)";
    return runInNewContext(search, given, { timeout: longestMatchMs }) === true;
  } catch {
    return false;
  }
}
