import type { CapacityLimits } from "./capacity.ts";

/** What a limit counts. Spend is in micro-USD. */
export const capacityDimensions = [
  "requests",
  "tokens",
  "input_tokens",
  "output_tokens",
  "spend",
] as const;
export type CapacityDimension = (typeof capacityDimensions)[number];

export type DimensionUnits = { [dimension in CapacityDimension]?: number };

/** Waiting calls, for people who look. */
export interface WaitingCalls {
  organisation: string;
  interactive: boolean;
  calls: number;
}

/** What a worker asks of a bucket; see `CapacityAnswer`. */
export interface CapacityAsk {
  bucket: string;
  worker: string;
  configured: CapacityLimits;
  /** Granted before and not used (negative: used and not granted). */
  unused: DimensionUnits;
  /** What the provider says is left now. */
  remaining: DimensionUnits;
  /** Calls in the order in which they are to be made; those of one entry start together. */
  wants: { units: DimensionUnits; calls: number }[];
  /** Decides how much of the bucket it gets, beside other workers. */
  waiting: WaitingCalls[];
  /** Calls under way, and how many it would like to have under way. */
  underWay: number;
  slots: number;
  /** How far ahead grants may start. */
  horizonMs: number;
  /** How much of the rate may come at once. */
  burstMs: number;
}

/** Times are Unix milliseconds of the database's clock. */
export interface CapacityAnswer {
  now: number;
  /** When each of the first of `wants` may start; those beyond got nothing yet. */
  starts: number[];
  blockedBy: CapacityDimension | null;
  /** When the next one would start, and when to ask again for it. */
  nextStart: number | null;
  nextAsk: number | null;
  /** Calls this worker may have under way; null: any number. */
  slots: number | null;
  pausedUntil: number | null;
  pausedWhy: string | null;
  /** Limits in force, per minute. */
  rates: DimensionUnits;
  concurrency: number | null;
  /** This worker's part of the bucket. */
  share: number;
}

/** What a provider said of a bucket. */
export interface CapacityNews {
  bucket: string;
  limits: CapacityLimits;
  /** Requests a minute that were answered before one was refused; null: nothing to conclude. */
  observed: number | null;
  /** Nobody may call for so long; null: no pause. */
  pauseMs: number | null;
  why: string | null;
  /** Calls that were refused. */
  refused: number;
}

/** What the scheduler of capacity asks of the store. */
export interface CapacityStore {
  lease(ask: CapacityAsk): Promise<CapacityAnswer>;
  hear(news: CapacityNews): Promise<void>;
  leave(worker: string): Promise<void>;
}
