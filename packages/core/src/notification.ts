import { z } from "zod";
import { environmentSchema, type Environment } from "./caller.ts";
import { globSchema } from "./glob.ts";
import { emailSchema } from "./invitation.ts";
import type { JsonObject } from "./json.ts";
import { credentialNameSchema } from "./credential.ts";
import { organisationSchema } from "./organisation.ts";
import { roleSchema, type Role } from "./role.ts";

/** What people and services can be told of. */
export const notificationEvents = [
  "interrupt.raised",
  "interrupt.assigned",
  "interrupt.commented",
  "interrupt.reminded",
  "interrupt.escalated",
  "interrupt.expired",
  "mcp.sign_in_needed",
  "mcp.tool_changed",
] as const;
export const notificationEventSchema = z.enum(notificationEvents);
export type NotificationEvent = z.infer<typeof notificationEventSchema>;

/** One that is to be told; it is written in the transaction of what it tells of. */
export interface NewNotification {
  /** `ntf_…`. A second one with the same id is not queued. */
  id: string;
  organisation: string;
  environment: Environment;
  event: NotificationEvent | "test";
  /** One line. Texts of models are data in it, and nothing else. */
  subject: string;
  body?: string;
  agentName?: string;
  runId?: string;
  batchId?: string;
  interruptId?: string;
  /** Whom it concerns: those of the role and the more powerful ones who may answer, or one person; else all who may. */
  audienceRole?: Role;
  audienceUser?: string;
  /** For this channel alone. */
  channelId?: string;
  /** What else webhooks are told. */
  data?: JsonObject;
}

/** Unique within an organisation's environment. */
export const channelNameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?$/, "use 1 to 50 of a-z, 0-9, _ and -");

/** A header that a webhook's request has beside ours; it may hold `{{credential:name}}`. */
const headersSchema = z
  .record(
    z
      .string()
      .max(100)
      .toLowerCase()
      .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, "not a header's name")
      .refine(
        (name) =>
          !/^(host|connection|content-.*|transfer-encoding|te|upgrade|trailer|flotilla-.*)$/.test(
            name,
          ),
        "this header is not yours to set",
      ),
    z
      .string()
      .max(2_000)
      .regex(/^[\t\x20-\x7e]*$/, "not a header's value"),
  )
  .refine((headers) => Object.keys(headers).length <= 10, "use 10 headers or fewer");

export const webhookTargetSchema = z.strictObject({
  kind: z.literal("webhook"),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  headers: headersSchema.default({}),
  /** Whose secret signs what is sent. */
  credential: credentialNameSchema,
});

export const emailTargetSchema = z.strictObject({
  kind: z.literal("email"),
  /** Addresses that get all of it, beside people. */
  addresses: z.array(emailSchema).max(20).default([]),
  /** Whether the people whom it concerns get it, at the addresses of their accounts. */
  people: z.boolean().default(true),
  /** Only those of them who are one of these; empty: all of them. */
  roles: z.array(roleSchema).max(6).default([]),
  users: z.array(z.string().min(1).max(200)).max(100).default([]),
});

/** Which notifications a channel gets. */
export const channelFilterSchema = z.strictObject({
  events: z
    .array(notificationEventSchema)
    .min(1)
    .default([...notificationEvents]),
  /** Names of agents with `*` for any text; empty: of all. */
  agents: z.array(globSchema).max(50).default([]),
});

/** Where an organisation's notifications of one environment go. */
export const notificationChannelSchema = z.object({
  id: z.string(),
  name: channelNameSchema,
  organisation: organisationSchema,
  environment: environmentSchema,
  ...channelFilterSchema.shape,
  target: z.discriminatedUnion("kind", [webhookTargetSchema, emailTargetSchema]),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
});
export type NotificationChannel = z.infer<typeof notificationChannelSchema>;
export type ChannelTarget = NotificationChannel["target"];

/** A channel as somebody sets it. */
export type NewChannel = Omit<NotificationChannel, "createdAt" | "organisation" | "environment">;

export const deliveryStatusSchema = z.enum(["pending", "delivered", "failed"]);
export type DeliveryStatus = z.infer<typeof deliveryStatusSchema>;

/** A notification on its way to one recipient. */
export const deliverySchema = z.object({
  /** The same however often it is sent. */
  id: z.string(),
  notificationId: z.string(),
  /** The channel's name. */
  channel: z.string(),
  event: z.string(),
  subject: z.string(),
  agentName: z.string().nullable(),
  runId: z.string().nullable(),
  interruptId: z.string().nullable(),
  /** The URL or the address; null: that of the person. */
  recipient: z.string().nullable(),
  userId: z.string().nullable(),
  status: deliveryStatusSchema,
  attempts: z.int().nonnegative(),
  /** Why the last attempt came to nothing. */
  lastError: z.string().nullable(),
  queuedAt: z.iso.datetime(),
  /** When it is sent next, while it is pending. */
  nextAt: z.iso.datetime().nullable(),
  /** When it was delivered or given up. */
  endedAt: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** A delivery that somebody has taken, with all that sending it needs. */
export interface TakenDelivery {
  id: string;
  /** From 1. */
  attempt: number;
  notification: Omit<NewNotification, "channelId"> & { at: string };
  channel: { id: string; name: string; target: ChannelTarget };
  /** The person it goes to; null: it goes to the recipient of the channel. */
  person: { userId: string; name: string; role: Role } | null;
  /** The URL or address; null when the person is no member any more. */
  recipient: string | null;
}

/** What became of an attempt. */
export type DeliveryOutcome =
  | { kind: "delivered" }
  | { kind: "again"; inMs: number; error: string }
  | { kind: "failed"; error: string };
