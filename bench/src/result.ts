import type { ContenderKey } from "./contenders.ts";
import type { Machine } from "./machine.ts";
import type { RunsFigures, StreamFigures } from "./measure.ts";

/** One run of the bench of steps: all figures, as measured. */
export interface BenchResult {
  at: string;
  machine: Machine;
  latencyMs: number;
  /** The floor's streams: the mock with nothing around it. Null when streams were left out. */
  bareStreams: StreamFigures | null;
  contenders: ContenderResult[];
}

export interface ContenderResult {
  key: ContenderKey;
  runs: RunsFigures[];
  streams: StreamFigures | null;
}
