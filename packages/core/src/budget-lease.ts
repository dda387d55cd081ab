/**
 * A budget is shared by leasing parts of it. Each worker may spend up to its lease without asking
 * anybody. At every moment what is spent and what is leased come to no more than the limit, save for
 * one call: when nothing is leased to others or held, and nothing of its own is under way, a worker
 * gets a lease for one call although it may cost more than is left. So a budget is overshot by no
 * more than one call, however many workers there are.
 */

/** A budget at a moment, as the database has it under lock. */
export interface LeaseState {
  limitMicros: number;
  /** All charges that are committed. */
  spentMicros: number;
  /** Leases of the other workers, and what is held for calls that no worker has under way. */
  othersMicros: number;
}

/** What a worker asks for: hold ≤ need ≤ want. Charges that were committed before are in none of it. */
export interface LeaseAsk {
  /** What is under way or not yet committed, and whatever else it may be spending meanwhile. */
  holdMicros: number;
  /** With its next call. */
  needMicros: number;
  wantMicros: number;
}

/** The worker's new lease in place of its old one. Never less than it holds. */
export function grantLease(state: LeaseState, ask: LeaseAsk): number {
  const { limitMicros, spentMicros, othersMicros } = state;
  const { holdMicros, needMicros, wantMicros } = ask;
  const free = limitMicros - spentMicros - othersMicros;
  if (needMicros <= free) {
    // Half of what is left stays for others, so that leases get smaller towards the limit.
    const share = holdMicros + Math.floor((free - holdMicros) / 2);
    return Math.max(needMicros, Math.min(wantMicros, share));
  }
  const isAlone = holdMicros === 0 && othersMicros === 0;
  return isAlone && spentMicros < limitMicros ? needMicros : holdMicros;
}

/** What a worker asks of one budget. */
export interface BudgetAsk extends LeaseAsk {
  budgetId: string;
}

export interface BudgetLease {
  budgetId: string;
  /** For people: `agent triage`. */
  name: string;
  leaseMicros: number;
  limitMicros: number;
  spentMicros: number;
  /** For calls at providers' batch endpoints, which may take hours. */
  heldMicros: number;
  strict: boolean;
  /** ISO 8601: when its period ends; null: never. */
  until: string | null;
  /** It was nearly spent, or spent, for the first time in its period. */
  news: "alert" | "spent" | null;
}
