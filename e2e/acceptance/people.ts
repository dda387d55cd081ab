import type { Claim } from "./claim.ts";
import { attacks } from "./people/attacks.ts";
import { crashRow } from "./people/crash-row.ts";
import { forks } from "./people/forks.ts";
import { manager } from "./people/manager.ts";
import { schedules } from "./people/schedules.ts";
import { strategies } from "./people/strategies.ts";
import { waiting } from "./people/waiting.ts";

/** People in the loop, plans, teams, and what happens when something cannot go on. */
export const people: readonly Claim[] = [
  attacks,
  crashRow,
  forks,
  manager,
  schedules,
  strategies,
  waiting,
];
