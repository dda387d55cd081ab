import { z } from "zod";
import type { FinishReason } from "./finish-reason.ts";
import type { AssistantMessage } from "./message.ts";
import type { Usage } from "./usage.ts";

export const cacheSettingsSchema = z.strictObject({
  mode: z
    .enum(["off", "exact"])
    .default("exact")
    .describe("`exact`: an answer serves every call that is the same to the last letter."),
  ttlSeconds: z
    .int()
    .min(1)
    .max(365 * 86_400)
    .default(86_400)
    .describe("An answer older than this is not used. Default: a day."),
  anyTemperature: z
    .boolean()
    .default(false)
    .describe("Also where the model is to vary its answers: at any temperature but 0."),
});

/** `true` asks for it at any temperature; `false`, the default, is off. */
export const cacheSchema = z.union([z.boolean(), cacheSettingsSchema]);

interface Caching {
  cache: z.infer<typeof cacheSchema>;
  settings: { temperature?: number | undefined };
}

const wholehearted = cacheSettingsSchema.parse({ anyTemperature: true });

/** How many seconds an answer serves an agent's calls; null where each call is made. */
export function cacheLifetime({ cache, settings }: Caching): number | null {
  if (!cache) return null;
  const { mode, ttlSeconds, anyTemperature } = cache === true ? wholehearted : cache;
  // Without a temperature a provider takes its own, which is above 0.
  const mayServe = anyTemperature || settings.temperature === 0;
  return mode === "exact" && mayServe ? ttlSeconds : null;
}

/** A call as the cache knows it: the same for all calls that are the same. */
export interface AnswerKey {
  organisation: string;
  /** SHA-256 of the canonical request, in hexadecimal. */
  hash: string;
}

/** An answer that was given once and may be given again. */
export interface CachedAnswer {
  message: AssistantMessage;
  finish: FinishReason;
  /** The target that gave it, as `provider/model`. */
  model: string;
  /** What the call that gave it used and cost. */
  usage: Usage;
  costMicros: number | null;
  /** Unix milliseconds. */
  createdAt: number;
}

/** What the cache says of a key: an answer, that a live worker is asking, or nothing. */
export type AnswerState =
  | { kind: "answer"; answer: CachedAnswer }
  | { kind: "in_flight" }
  | { kind: "none" };

/** What the cache did for an organisation since it was last told. */
export interface CacheCounts {
  organisation: string;
  /** Calls answered from the cache, from a call under way, and not at all. */
  hits: number;
  shared: number;
  misses: number;
  /** What the answers cost when they were asked for; unknown prices are left out. */
  savedMicros: number;
}

const count = z.int().nonnegative();

export const cacheFiguresSchema = z.object({
  /** Answers that are kept, and their size. */
  entries: count,
  bytes: count,
  hits: count,
  shared: count,
  misses: count,
  savedMicros: count,
});
export type CacheFigures = z.infer<typeof cacheFiguresSchema>;

/** The cache of answers as the engine sees it; behind it is the database, shared by all workers. */
export interface AnswerStore {
  /** Reads of many calls share statements. */
  read(key: AnswerKey, ttlSeconds: number): Promise<AnswerState>;
  /**
   * Takes the key for the worker, which then makes the call. False when another live worker has it or
   * its answer is there. A worker that loses its lease loses its keys with it, and each claim ends
   * after a quarter of an hour.
   */
  claim(key: AnswerKey, worker: string, ttlSeconds: number): Promise<boolean>;
  /** Keeps an answer for the time given, and ends the claim on its key. */
  keep(key: AnswerKey, answer: CachedAnswer, ttlSeconds: number): Promise<void>;
  /** Ends a claim without an answer. */
  release(key: AnswerKey, worker: string): Promise<void>;
  /** Adds to the counts, and to the hits of each key. */
  count(counts: CacheCounts[], hits: (AnswerKey & { hits: number })[]): Promise<void>;
  /**
   * Deletes up to 1,000 answers that are too old, or beyond `maxBytes` (those used longest ago
   * first), and claims of dead workers; returns how many.
   */
  clean(maxBytes: number): Promise<number>;
}
