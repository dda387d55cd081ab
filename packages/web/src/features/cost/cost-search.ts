import { costDimensionSchema } from "@flotilla/core";
import type { CostsQuery } from "@flotilla/api";
import { z } from "zod";

export const periods = { "7d": "7 days", "30d": "30 days", "90d": "90 days", month: "This month" };
export type Period = keyof typeof periods;

/** What the table tells apart; days are the chart's. */
export const costKindSchema = costDimensionSchema.exclude(["day"]);
export type CostKind = z.infer<typeof costKindSchema>;

/** What the page's address says. */
export const costSearchSchema = z.object({
  period: z.enum(["7d", "30d", "90d", "month"]).optional().catch(undefined),
  by: costKindSchema.optional().catch(undefined),
  /** Only calls of this agent, model, …; as `by` says. */
  only: z.string().max(300).optional().catch(undefined),
});
export type CostSearch = z.infer<typeof costSearchSchema>;

const dayMs = 86_400_000;

/** First and last day of a period that ends today, as `2026-01-31`, in UTC. */
export function periodDays(period: Period, now: number): { from: string; to: string } {
  const to = dayOf(now);
  if (period === "month") return { from: `${to.slice(0, 8)}01`, to };
  return { from: dayOf(now - (Number.parseInt(period, 10) - 1) * dayMs), to };
}

/** Every day from the first to the last, both included. */
export function eachDay({ from, to }: { from: string; to: string }): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) days.push(dayOf(at));
  return days;
}

/** The filter for one line of the table. */
export function onlyFilter(by: CostKind, only: string | undefined): CostsQuery {
  if (only === undefined) return {};
  return { [by === "batch" ? "batchId" : by]: only };
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
