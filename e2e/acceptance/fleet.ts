import type { Claim } from "./claim.ts";
import { economy } from "./fleet/economy.ts";
import { failover } from "./fleet/failover.ts";
import { faults } from "./fleet/faults.ts";
import { gsm8kRoutes } from "./fleet/gsm8k-routes.ts";

/** Model calls: never over a provider's limit, never idle below it, never wrong about cost, never stuck. */
export const fleet: readonly Claim[] = [faults, economy, failover, gsm8kRoutes];
