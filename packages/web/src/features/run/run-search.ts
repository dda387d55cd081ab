import type { RunListQuery } from "@flotilla/api";
import { runStatusSchema } from "@flotilla/core";
import { z } from "zod";

/** Stretches of time that end now; anything else is a moment. */
export const stretches = { "1h": 1, "24h": 24, "7d": 7 * 24, "30d": 30 * 24 } as const;

const word = z.string().min(1).max(200).optional().catch(undefined);
const dollars = z.number().nonnegative().optional().catch(undefined);

/** What of the runs is looked at; the page's address holds it. A link someone typed may say anything. */
export const runFilterSchema = z.object({
  status: runStatusSchema.optional().catch(undefined),
  agent: word,
  version: z.int().positive().optional().catch(undefined),
  user: word,
  batch: word,
  schedule: word,
  /** `24h`, or a moment. */
  since: z
    .union([z.enum(Object.keys(stretches) as (keyof typeof stretches)[]), z.iso.datetime()])
    .optional()
    .catch(undefined),
  until: z.iso.datetime().optional().catch(undefined),
  text: word,
  least: dollars,
  most: dollars,
  error: word,
  /** `customer=acme`. */
  metadata: word,
  parts: z.literal(true).optional().catch(undefined),
});
export type RunFilter = z.infer<typeof runFilterSchema>;

/** Words for what a part of the filter says, as it stands on the page. */
export const filterNames: Record<keyof RunFilter, string> = {
  status: "status",
  agent: "agent",
  version: "version",
  user: "for",
  batch: "batch",
  schedule: "schedule",
  since: "since",
  until: "until",
  text: "input has",
  least: "cost from",
  most: "cost to",
  error: "failed as",
  metadata: "with",
  parts: "with parts of others",
};

const hour = 3_600_000;

/** What the server is asked. A stretch of time is counted from the minute, so that the same list is the same question. */
export function toQuery(filter: RunFilter, nowMs: number): RunListQuery {
  const { batch, since, least, most, error, parts, ...same } = filter;
  const given = Object.fromEntries(
    Object.entries(same).filter(([, value]) => value !== undefined),
  ) as RunListQuery;
  const minute = Math.floor(nowMs / 60_000) * 60_000;
  return {
    ...given,
    ...(batch !== undefined && { batchId: batch }),
    ...(since !== undefined && { since: momentOf(since, minute) }),
    ...(least !== undefined && { minCostMicros: Math.round(least * 1_000_000) }),
    ...(most !== undefined && { maxCostMicros: Math.round(most * 1_000_000) }),
    ...(error !== undefined && { fingerprint: error }),
    ...(parts && { tree: "all" as const }),
  };
}

function momentOf(since: string, nowMs: number): string {
  if (!(since in stretches)) return since;
  return new Date(nowMs - stretches[since as keyof typeof stretches] * hour).toISOString();
}

/** Its parts that say something, in the order of the form. */
export function filterParts(filter: RunFilter): (keyof RunFilter)[] {
  return (Object.keys(filterNames) as (keyof RunFilter)[]).filter(
    (name) => filter[name] !== undefined,
  );
}
