import { z } from "zod";

/**
 * Where an error was seen: `request` an answer of 5xx, `run` a run that failed, `worker` a worker that
 * ended without being told to, `process` what nobody caught.
 */
export const errorSourceSchema = z.enum(["request", "run", "worker", "process"]);
export type ErrorSource = z.infer<typeof errorSourceSchema>;

/** An error as whoever met it tells it. */
export interface SeenError {
  source: ErrorSource;
  /** Whose it is; null: the platform's own. */
  organisation: string | null;
  code: string;
  message: string;
  stack?: string | undefined;
  runId?: string | undefined;
  requestId?: string | undefined;
  traceId?: string | undefined;
}

/** Where errors are told. `take` returns at once and throws nothing. */
export interface ErrorSink {
  take(error: SeenError): void;
}

export const errorExampleSchema = z.object({
  message: z.string(),
  at: z.iso.datetime(),
  runId: z.string().optional(),
  requestId: z.string().optional(),
  traceId: z.string().optional(),
  stack: z.string().optional(),
});
export type ErrorExample = z.infer<typeof errorExampleSchema>;

/** Errors that are the same but for ids, numbers and places. */
export const errorGroupSchema = z.object({
  id: z.string(),
  /** null: the platform's own. */
  organisation: z.string().nullable(),
  fingerprint: z.string(),
  source: errorSourceSchema,
  code: z.string(),
  /** The message without what differs. */
  title: z.string(),
  count: z.int().positive(),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  /** The last one. */
  example: errorExampleSchema,
  /** null: open. It opens again by itself when it is seen again. */
  resolvedAt: z.iso.datetime().nullable(),
  resolvedBy: z.string().nullable(),
  /** How often it came back after it was resolved. */
  reopened: z.int().nonnegative(),
});
export type ErrorGroup = z.infer<typeof errorGroupSchema>;

/** Errors of one group that were seen since the last write. */
export interface ErrorSighting {
  organisation: string | null;
  fingerprint: string;
  source: ErrorSource;
  code: string;
  title: string;
  count: number;
  firstAt: string;
  example: ErrorExample;
}

export type ErrorNews = "new" | "again" | "reopened";

/** A group after sightings were added to it. */
export interface NotedErrors {
  group: ErrorGroup;
  news: ErrorNews;
  /** Seen since the last time. */
  seen: number;
}

export interface ErrorGroupFilter {
  organisation?: string | undefined;
  source?: ErrorSource | undefined;
  code?: string | undefined;
  state?: "open" | "resolved" | undefined;
}

const longestTitle = 300;
const framesCounted = 3;

/** In this order: each makes the next one's work smaller. */
const variable: readonly [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, "<url>"],
  [/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b[a-z]{2,8}_[0-9a-zA-Z]{16,}\b/g, "<id>"],
  [/(?:\b[A-Za-z]:)?(?:[\\/][\w.@+~-]+){2,}[\\/]?/g, "<path>"],
  // Hexadecimal: some of it has no letter, so it reads as a number.
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, "<n>"],
  [/\d+(?:[.,]\d+)*/g, "<n>"],
];

/** A message without ids, numbers, times, addresses and paths, so that alike errors read alike. */
export function errorTitle(message: string): string {
  let title = message.slice(0, 4 * longestTitle);
  for (const [what, mark] of variable) title = title.replaceAll(what, mark);
  return title.replaceAll(/\s+/g, " ").trim().slice(0, longestTitle);
}

/**
 * The innermost frames of a stack that are the platform's own, as `function file`: without lines, which
 * move with every release.
 */
export function ownFrames(stack: string | undefined): string[] {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return frames
    .flatMap((frame) => {
      if (/node_modules|\bnode:/.test(frame)) return [];
      const file = /(?:packages\/)?([\w.@/-]+\.[cm]?[jt]sx?):\d+/.exec(frame)?.[1];
      if (file === undefined) return [];
      const name = /^\s+at (?:async )?(?:new )?([\w.#<>$]+) \(/.exec(frame)?.[1] ?? "";
      return [`${name} ${file.split("packages/").at(-1)}`.trim()];
    })
    .slice(0, framesCounted);
}

/** What makes errors the same; its hash is the fingerprint. */
export function errorKey({ source, code, message, stack }: SeenError): string {
  return [source, code, errorTitle(message), ...ownFrames(stack)].join("\n");
}
