import { foundSandboxSchema, runStatusSchema } from "@flotilla/core";
import { z } from "zod";

/** Is the platform well? Home page, `flotilla doctor`. */
export const statusSchema = z.object({
  version: z.string(),
  startedAt: z.iso.datetime(),
  database: z.object({
    kind: z.enum(["embedded", "server"]),
    version: z.string(),
    bytes: z.number(),
  }),
  workers: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      pid: z.int(),
      startedAt: z.iso.datetime(),
      heartbeatAt: z.iso.datetime(),
      activeRuns: z.int(),
      memoryBytes: z.number(),
      /** What programs of tools run in there; null until the worker has looked. */
      sandbox: foundSandboxSchema.nullable(),
      /** How long the event loop was held up since the last heartbeat, at the 99th percentile. */
      loopDelayMs: z.number(),
      /** Of one processor: 150 are one and a half. */
      cpuPercent: z.number(),
    }),
  ),
  runs: z.record(runStatusSchema, z.int()),
  /** Configured providers and whether a call could work. */
  providers: z.array(
    z.object({ name: z.string(), ready: z.boolean(), problem: z.string().nullable() }),
  ),
});
export type Status = z.infer<typeof statusSchema>;

export const readinessSchema = z.object({
  status: z.enum(["ready", "not_ready"]),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});
