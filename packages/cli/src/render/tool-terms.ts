import type { ToolTerms } from "@flotilla/core";
import { counted } from "./number.ts";
import { money } from "./money.ts";
import { duration } from "./time.ts";

/** Rows that say on which terms a tool is called; none for what it does not limit. */
export function toolTerms(terms: ToolTerms): [string, string][] {
  const { rateLimit, concurrency, cacheSeconds, costMicros, breaksAfter } = terms;
  const rows: [string, string][] = [];
  if (rateLimit) {
    const { calls, perSeconds } = rateLimit;
    rows.push(["rate", `${counted(calls, "call")} in ${duration(perSeconds * 1_000)}`]);
  }
  if (concurrency) {
    rows.push([
      "at once",
      `${counted(concurrency.most, "call")} of the group ${concurrency.group}`,
    ]);
  }
  if (cacheSeconds !== undefined) rows.push(["cached for", duration(cacheSeconds * 1_000)]);
  if (costMicros !== undefined) rows.push(["a call costs", money(costMicros)]);
  if (breaksAfter !== undefined) {
    rows.push([
      "left alone after",
      breaksAfter === null ? "never" : counted(breaksAfter, "failure") + " in a row",
    ]);
  }
  return rows;
}
