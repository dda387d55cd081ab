import type { Claim } from "./claim.ts";
import { economy } from "./fleet/economy.ts";
import { faults } from "./fleet/faults.ts";

/** Model calls: never over a provider's limit, never idle below it, never wrong about cost, never stuck. */
export const fleet: readonly Claim[] = [faults, economy];
