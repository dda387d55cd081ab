import { z } from "zod";

const level = z.enum(["debug", "info", "warn", "error", "silent"]);
/** Parts of a process whose level can be set alone. */
export const logComponentSchema = z.enum([
  "server",
  "http",
  "worker",
  "engine",
  "models",
  "store",
  "postgres",
  "sign-in",
  "mcp",
]);
export const logLevelSchema = level;

export const logLevelsSchema = z.object({
  items: z.array(
    z.object({
      component: logComponentSchema,
      /** As it is in the server that answers. */
      level,
      /** Who set it at run time; null: it is that of the configuration. */
      setBy: z.string().nullable(),
      setAt: z.iso.datetime().nullable(),
    }),
  ),
});
export type LogLevels = z.infer<typeof logLevelsSchema>;

export const logLevelSetSchema = z.strictObject({
  component: logComponentSchema,
  /** null: that of the configuration again. */
  level: level.nullable(),
});
export type LogLevelSet = z.input<typeof logLevelSetSchema>;
