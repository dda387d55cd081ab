import { z } from "zod";
import { errorCodes, errorRecordSchema, type ErrorRecord } from "./error.ts";
import { jsonObjectSchema } from "./json.ts";

/**
 * Why a letter is dead. `exhausted`: what failed could have passed, and was tried as often as it may be.
 * `poison`: the input itself cannot be worked on. `worker_killed`: a call ended the process that made it, each time.
 * `unrecoverable`: everything else that trying again does not help.
 */
export const deadLetterCauseSchema = z.enum([
  "exhausted",
  "unrecoverable",
  "poison",
  "worker_killed",
]);
export type DeadLetterCause = z.infer<typeof deadLetterCauseSchema>;

const poisonous: ReadonlySet<string> = new Set([
  "row_invalid",
  "model_refused",
  "context_overflow",
  "capacity_never",
]);

export function deadLetterCause({ code, class: kind }: ErrorRecord): DeadLetterCause {
  if (code === "worker_killed") return "worker_killed";
  if (poisonous.has(code)) return "poison";
  return kind === "transient" ? "exhausted" : "unrecoverable";
}

/** A failed run, or a bad row of a batch, that was neither replayed nor discarded; discarded ones are kept too. */
export const deadLetterSchema = z.object({
  /** The run's id; of a bad row, which has no run, `<batchId>:<row>`. */
  id: z.string(),
  runId: z.string().nullable(),
  agentName: z.string(),
  batchId: z.string().nullable(),
  row: z.int().nullable(),
  cause: deadLetterCauseSchema,
  /** The same for errors that are the same but for ids, numbers and places. */
  fingerprint: z.string(),
  error: errorRecordSchema,
  /** When it failed; of a bad row, when its batch was made. */
  at: z.iso.datetime(),
  discarded: z.object({ by: z.string(), reason: z.string(), at: z.iso.datetime() }).nullable(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** Open letters with the same fingerprint. */
export const deadLetterGroupSchema = z.object({
  fingerprint: z.string(),
  cause: deadLetterCauseSchema,
  code: z.enum(errorCodes),
  /** The message without what differs. */
  title: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  count: z.int().positive(),
  /** Of them, bad rows without a run: they are corrected, not replayed. */
  rows: z.int().nonnegative(),
  agents: z.array(z.string()),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  /** The newest of them. */
  example: deadLetterSchema,
});
export type DeadLetterGroup = z.infer<typeof deadLetterGroupSchema>;

export const deadLetterStateSchema = z.enum(["open", "discarded"]);
export type DeadLetterState = z.infer<typeof deadLetterStateSchema>;

/** Which letters are meant; what is left out is not asked about. */
export interface DeadLetterFilter {
  /** Default: open. */
  state?: DeadLetterState | undefined;
  cause?: DeadLetterCause | undefined;
  code?: string | undefined;
  agent?: string | undefined;
  batchId?: string | undefined;
  fingerprint?: string | undefined;
}

export const badRowSchema = z.object({ line: z.int().nullable(), data: jsonObjectSchema });
