import { logComponentSchema, logLevelSchema } from "@flotilla/api";
import { z } from "zod";

/** Parts of a process whose level can be set alone. */
export const logComponents = logComponentSchema.options;
export type LogComponent = (typeof logComponents)[number];
export type LogLevel = z.infer<typeof logLevelSchema>;

/** Where log lines go beside the terminal, and which. */
export const logSchema = z.strictObject({
  /** A file that all processes of this machine share. Relative to `home`. */
  file: z.string().min(1).optional(),
  /** A file that has grown so large is put away; so is yesterday's. */
  maxBytes: z.coerce
    .number()
    .int()
    .min(4_096)
    .default(64 * 2 ** 20),
  /** So many files that were put away are kept. */
  maxFiles: z.coerce.number().int().min(0).max(10_000).default(20),
  maxAgeDays: z.coerce.number().positive().max(3_650).default(30),
  /** Those that were put away are compressed with gzip. */
  compress: z.boolean().default(true),
  /** Levels of components that differ from `logLevel`. */
  levels: z.partialRecord(logComponentSchema, logLevelSchema).default({}),
});
export type LogSettings = z.output<typeof logSchema>;

export type FileSettings = Pick<
  LogSettings,
  "maxBytes" | "maxFiles" | "maxAgeDays" | "compress"
> & { file: string };
