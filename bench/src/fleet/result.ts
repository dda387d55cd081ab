import type { Machine } from "../machine.ts";
import type { FleetKey } from "./contenders.ts";
import type { ProviderLimits, Work } from "./limits.ts";
import type { FleetFigures } from "./measure.ts";

/** One run of the bench of the fleet: all figures, as measured. */
export interface FleetResult {
  at: string;
  machine: Machine;
  limits: ProviderLimits;
  latencyMs: number;
  work: Work;
  lowerBoundMs: number;
  contenders: { key: FleetKey; figures: FleetFigures | null }[];
}
