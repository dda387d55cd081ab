import { z } from "zod";
import type { CapacityWait } from "./capacity.ts";

/** Whose spending a budget bounds. A batch has its budget of its own; a run its agent's maxCostUsd. */
export const budgetLevelSchema = z.enum(["organisation", "user", "agent", "model"]);
export type BudgetLevel = z.infer<typeof budgetLevelSchema>;

/** Days and months are those of UTC. */
export const budgetPeriodSchema = z.enum(["day", "month", "total"]);
export type BudgetPeriod = z.infer<typeof budgetPeriodSchema>;

export const budgetSchema = z.object({
  id: z.string(),
  level: budgetLevelSchema,
  /** The organisation, user, agent or model. */
  name: z.string(),
  /** Only what is spent for it counts; null: for any. Users are always of one. */
  organisation: z.string().nullable(),
  period: budgetPeriodSchema,
  limitMicros: z.int().positive(),
  /** Told once this part of it is spent. */
  alertPercent: z.int().min(1).max(100),
  /** Calls without a known price are refused; otherwise they are let through and not counted. */
  strict: z.boolean(),
  createdAt: z.iso.datetime(),
  spentMicros: z.int().nonnegative(),
  state: z.enum(["ok", "alert", "spent"]),
  /** When the present period ends; null: never. */
  periodEnd: z.iso.datetime().nullable(),
});
export type Budget = z.infer<typeof budgetSchema>;

/** A budget as somebody sets it. */
export interface NewBudget {
  id: string;
  level: BudgetLevel;
  name: string;
  organisation: string | null;
  period: BudgetPeriod;
  limitMicros: number;
  alertPercent: number;
  strict: boolean;
}

/** What a worker has to know of a budget to see which calls it covers. */
export type BudgetScope = Pick<Budget, "id" | "level" | "name" | "organisation" | "strict">;

/** A call that asks whether it may be paid for. */
export interface BudgetRequest {
  organisation: string;
  user: string | null;
  agentName: string;
  model: string;
  batchId: string | null;
  /** What it may cost at worst; null when its price is unknown. */
  mostMicros: number | null;
  signal: AbortSignal;
  /** Told once when the call has to wait for others to settle. */
  onWait: (wait: CapacityWait) => void;
}

/** A call that may be paid for. */
export interface BudgetGrant {
  /** 0 unless `onWait` was told. */
  waitedMs: number;
  /** Once, whatever becomes of the call; 0 when it was not made. */
  settle(costMicros: number): void;
  /** Once, after it was settled: its charge is in the journal now, or never will be. */
  kept(): void;
}

export interface BudgetPort {
  /**
   * Resolves when every budget that covers the call has room for it, at once where none does cover
   * it. Rejects with `limit_budget` when one is spent (`details`: `budgetId` and `until`), and with the
   * signal's reason when aborted.
   */
  admit(request: BudgetRequest): Promise<BudgetGrant>;
}
