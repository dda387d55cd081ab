import { z } from "zod";
import { sandboxTiers } from "@flotilla/core";

/** What an operator allows programs: the most that a call may ask for, and what it has when it asks for nothing. */
export const sandboxSettingsSchema = z.strictObject({
  /** No stronger tier than this one, and with `none` no programs at all. */
  tier: z.enum(sandboxTiers).default("landlock+bubblewrap"),
  /** How long a program may take. */
  seconds: z.int().min(1).max(3_600).default(120),
  /** Of the processor, over all its processes. */
  cpuSeconds: z.int().min(1).max(36_000).default(120),
  memoryMegabytes: z.int().min(32).max(1_000_000).default(512),
  /** Processes and threads at once. */
  processes: z.int().min(8).max(10_000).default(128),
  /** What it may write to its output before it is ended. */
  outputMegabytes: z.int().min(1).max(256).default(8),
  /** Programs at once, per worker; others wait. */
  concurrent: z.int().min(1).max(1_000).default(8),
  /** Absolute paths that programs may read and execute beside the system's. */
  readable: z.array(z.string().startsWith("/")).default([]),
});
export type SandboxSettings = z.output<typeof sandboxSettingsSchema>;
