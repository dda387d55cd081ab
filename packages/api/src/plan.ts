import {
  planEditSchema,
  type Plan,
  type PlanEdit,
  type PlanVersion,
  type QueuedPlanEdit,
  type Run,
} from "@flotilla/core";
import { z } from "zod";
import { highestInteger, storableText } from "./bounds.ts";
import { pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

const version = z.int().positive().max(highestInteger);

/** The plan of a run as it stands. */
export interface RunPlan {
  /** null: it has made none yet, or never does. */
  plan: Plan | null;
  /** How the newest review of a plan ended. */
  review: Run["planReview"];
  /** Edits that the worker of the run takes in at its next step. */
  queued: QueuedPlanEdit[];
}

export interface PlanDiff {
  /** 0: before there was a plan. */
  from: number;
  to: number;
  /** What makes the second version of the first. */
  edits: PlanEdit[];
}

/** What became of an edit: `taken`, or it lies for the run's worker. */
export interface PlanEdited extends RunPlan {
  plan: Plan;
  taken: boolean;
}

// Their shapes are those of `@flotilla/core`; documents describe them loosely.
export const runPlanSchema = objectOf<RunPlan>();
export const planDiffSchema = objectOf<PlanDiff>();
export const planEditedSchema = objectOf<PlanEdited>();
export const planVersionPageSchema = pageSchema(objectOf<PlanVersion>());

const place = z.coerce.number().pipe(z.int().nonnegative().max(highestInteger));

export const planDiffQuerySchema = z.object({
  /** Default: the version before the other one. */
  from: place.optional(),
  /** Default: the newest version. */
  to: place.optional(),
});
export type PlanDiffQuery = { from?: number; to?: number };

export const planEditRequestSchema = z.strictObject({
  /** The version that the edits were made for; with another one they are refused. */
  version,
  edits: z.array(planEditSchema).min(1).max(200),
  /** Kept in the run's journal. */
  reason: storableText.max(2_000).optional(),
});
export type PlanEditing = z.input<typeof planEditRequestSchema>;

function objectOf<T>(): z.ZodType<T> {
  return z.looseObject({}) as unknown as z.ZodType<T>;
}

export function planClient(http: Transport) {
  const of = (runId: string) => `/runs/${encodeURIComponent(runId)}/plan`;
  return {
    get: (runId: string) => http.json<RunPlan>("GET", of(runId)),
    versions: (runId: string, query: { cursor?: string; limit?: number } = {}) =>
      http.json<Page<PlanVersion>>("GET", `${of(runId)}/versions`, { query }),
    diff: (runId: string, query: PlanDiffQuery = {}) =>
      http.json<PlanDiff>("GET", `${of(runId)}/diff`, { query }),
    /** A run that is at work takes it in at its next step. */
    edit: (runId: string, json: PlanEditing) =>
      http.json<PlanEdited>("POST", `${of(runId)}/edits`, { json }),
  };
}
