import { cpus, loadavg, totalmem } from "node:os";

/** What the figures were measured on. */
export interface Machine {
  cores: number;
  memoryGiB: number;
  node: string;
  postgres: string;
  /** Load average of the minute before: well under 1 is quiet. */
  load: number;
}

export function describeMachine(postgres: string): Machine {
  return {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres,
    load: loadavg()[0]!,
  };
}
