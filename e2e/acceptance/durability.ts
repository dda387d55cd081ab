import type { Claim } from "./claim.ts";
import { bench } from "./durability/bench.ts";
import { cancel } from "./durability/cancel.ts";
import { drain } from "./durability/drain.ts";
import { freeze } from "./durability/freeze.ts";
import { gsm8k } from "./durability/gsm8k.ts";
import { install } from "./durability/install.ts";
import { killPlatform, killPostgres, killWorker } from "./durability/kills.ts";
import { takeover } from "./durability/takeover.ts";

/** Runs survive anything, and cost little. */
export const durability: readonly Claim[] = [
  gsm8k,
  killWorker,
  killPlatform,
  killPostgres,
  takeover,
  freeze,
  cancel,
  drain,
  bench,
  install,
];
