import type { CostsAnswer } from "@flotilla/api";
import type { CostDimension, CostFigures, CostItem } from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { properties, table, type Column } from "./table.ts";

const noneOf: Readonly<Partial<Record<CostDimension, string>>> = {
  user: "(no user)",
  batch: "(no batch)",
};

/** Costs by one dimension, and what they come to. */
export function costsText({ by, items, totals }: CostsAnswer, terminal: Terminal): string {
  const columns: Column<CostItem>[] = [
    { title: by.toUpperCase(), value: ({ key }) => key ?? noneOf[by] ?? "–" },
    { title: "COST", align: "right", value: costOf },
    { title: "CALLS", align: "right", value: (item) => count(item.calls) },
    { title: "INPUT", align: "right", value: (item) => count(item.inputTokens) },
    { title: "CACHED", align: "right", value: (item) => count(item.cachedInputTokens) },
    { title: "OUTPUT", align: "right", value: (item) => count(item.outputTokens) },
    { title: "REASONING", align: "right", value: (item) => count(item.reasoningTokens) },
    { title: "SAVED", align: "right", value: (item) => money(item.savedMicros) },
  ];
  const sum = properties(totalRows(totals), terminal);
  return items.length > 0 ? `${table(items, columns, terminal)}\n\n${sum}` : sum;
}

function costOf({ costMicros, costIncomplete }: CostFigures): string {
  return money(costMicros, costIncomplete);
}

function totalRows(totals: CostFigures): [string, string][] {
  const { calls, failedCalls, cachedAnswers, sharedAnswers, unpricedCalls } = totals;
  const rows: [string, string][] = [
    ["cost", costOf(totals)],
    ["calls", count(calls) + (failedCalls > 0 ? `, ${count(failedCalls)} of them failed` : "")],
  ];
  if (cachedAnswers + sharedAnswers > 0) {
    rows.push(["not asked", `${count(cachedAnswers)} cached, ${count(sharedAnswers)} shared`]);
  }
  if (totals.providerBatchCalls > 0) {
    rows.push(["batch endpoint", `${counted(totals.providerBatchCalls, "call")}, at its price`]);
  }
  if (totals.imageCalls > 0) {
    rows.push(["images", `${counted(totals.imageCalls, "call")} of image models`]);
  }
  if (totals.savedMicros > 0) rows.push(["saved by caches", money(totals.savedMicros)]);
  if (totals.estimatedCalls > 0) {
    const estimated = `${money(totals.estimatedMicros)} of ${counted(totals.estimatedCalls, "call")}`;
    rows.push(["estimated", `${estimated} whose usage the provider did not tell`]);
  }
  if (unpricedCalls > 0) {
    rows.push([
      "unknown",
      `${counted(unpricedCalls, "call")} without a known price: set it under prices`,
    ]);
  }
  return rows;
}
