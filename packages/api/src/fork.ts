import {
  forkEffectsSchema,
  forkPlaceSchema,
  runChangesSchema,
  type RunSummary,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger } from "./bounds.ts";
import type { Transport } from "./transport.ts";

const changes = runChangesSchema.extend({
  /** Of the same agent. */
  agentVersion: z.int().positive().max(highestInteger).optional(),
});

/** How a run is forked. */
export const forkRequestSchema = z.strictObject({
  /**
   * Where it leaves the run: `start`, `end` (its last model step is made again), before a model step, or after
   * an event. Default: `end`, and `start` where the message is another.
   */
  at: forkPlaceSchema.optional(),
  /** What it does otherwise. */
  changes: changes.default({}),
  /** What becomes of calls with side effects after that place. */
  effects: forkEffectsSchema.default("record"),
});
export type ForkRequest = z.input<typeof forkRequestSchema>;

export function forkClient(http: Transport) {
  return {
    /** A run that begins as this one did and goes on otherwise. */
    fork: (runId: string, fork: ForkRequest = {}) =>
      http.json<RunSummary>("POST", `/runs/${encodeURIComponent(runId)}/fork`, { json: fork }),
  };
}
