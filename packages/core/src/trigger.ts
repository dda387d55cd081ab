import { z } from "zod";
import { environmentSchema, startedBySchema } from "./caller.ts";
import { credentialNameSchema } from "./credential.ts";
import { errorRecordSchema } from "./error.ts";
import { globSchema } from "./glob.ts";
import type { JsonObject } from "./json.ts";
import { organisationSchema } from "./organisation.ts";
import { startTemplateSchema } from "./start-template.ts";

/** Unique within an organisation's environment. */
export const triggerNameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?$/, "use 1 to 50 of a-z, 0-9, _ and -");

/**
 * What is posted to the trigger's own address, if it is signed. `flotilla`: `t=<seconds>,v1=<HMAC-SHA256 of "t.body">` in
 * `flotilla-signature`. `github`: `sha256=<HMAC-SHA256 of the body>` in `x-hub-signature-256`.
 */
export const webhookSourceSchema = z.strictObject({
  kind: z.literal("webhook"),
  scheme: z.enum(["flotilla", "github"]).default("flotilla"),
  /** Whose secret signs. */
  credential: credentialNameSchema,
  /** How old what is sent may be, in seconds; `github` does not say. */
  toleranceSeconds: z.int().min(10).max(3_600).default(300),
});

/** The end of a run or a batch. */
export const endedSourceSchema = z.strictObject({
  kind: z.literal("ended"),
  of: z.enum(["run", "batch"]),
  /** The name of its agent, with `*` for any text; left out: any. */
  agent: globSchema.optional(),
  /** The name of the batch, likewise. */
  name: globSchema.optional(),
  statuses: z
    .array(z.enum(["completed", "failed", "cancelled"]))
    .min(1)
    .default(["completed", "failed", "cancelled"]),
});

export const triggerSourceSchema = z.discriminatedUnion("kind", [
  webhookSourceSchema,
  endedSourceSchema,
]);
export type TriggerSource = z.infer<typeof triggerSourceSchema>;

/** What starts a run or a batch when something happens. */
export const triggerSchema = z.object({
  id: z.string(),
  name: triggerNameSchema,
  organisation: organisationSchema,
  environment: environmentSchema,
  source: triggerSourceSchema,
  /** `{{trigger.body.x}}` and `{{ended.output}}` stand for what happened. */
  start: startTemplateSchema,
  enabled: z.boolean(),
  /** In whose name it starts things. */
  startedBy: startedBySchema.nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
});
export type Trigger = z.infer<typeof triggerSchema>;

export type NewTrigger = Omit<Trigger, "organisation" | "environment" | "createdAt">;

export const triggerStateSchema = z.enum(["pending", "started", "failed"]);
export type TriggerState = z.infer<typeof triggerStateSchema>;

/** Something that happened, once, and what became of it. */
export const triggerStartSchema = z.object({
  id: z.string(),
  /** The trigger's name. */
  trigger: z.string(),
  /** The sender's id of a delivery, or what ended and when. */
  occasion: z.string(),
  state: triggerStateSchema,
  runId: z.string().nullable(),
  batchId: z.string().nullable(),
  error: errorRecordSchema.nullable(),
  at: z.iso.datetime(),
});
export type TriggerStart = z.infer<typeof triggerStartSchema>;

/** An occasion that waits to start something. */
export interface PendingStart {
  id: string;
  trigger: Trigger;
  occasion: string;
  /** What the template's places stand for. */
  values: JsonObject;
}

/** What was sent to a trigger, checked. */
export interface ReceivedOccasion {
  id: string;
  occasion: string;
  signature: string;
  values: JsonObject;
}
