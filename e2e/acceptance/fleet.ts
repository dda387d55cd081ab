import type { Claim } from "./claim.ts";
import { bill } from "./fleet/bill.ts";
import { budget } from "./fleet/budget.ts";
import { cache } from "./fleet/cache.ts";
import { economy } from "./fleet/economy.ts";
import { economyBudget } from "./fleet/economy-budget.ts";
import { failover } from "./fleet/failover.ts";
import { fairness } from "./fleet/fairness.ts";
import { faults } from "./fleet/faults.ts";
import { gsm8kRoutes } from "./fleet/gsm8k-routes.ts";
import { interactive } from "./fleet/interactive.ts";
import { makespan } from "./fleet/makespan.ts";
import { overflow } from "./fleet/overflow.ts";

/** Model calls: never over a provider's limit, never idle below it, never wrong about cost, never stuck. */
export const fleet: readonly Claim[] = [
  makespan,
  fairness,
  interactive,
  cache,
  faults,
  economy,
  economyBudget,
  failover,
  gsm8kRoutes,
  overflow,
  bill,
  budget,
];
