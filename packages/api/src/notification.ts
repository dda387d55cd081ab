import {
  channelFilterSchema,
  channelNameSchema,
  deliverySchema,
  deliveryStatusSchema,
  emailTargetSchema,
  notificationChannelSchema,
  webhookTargetSchema,
  type Delivery,
  type NotificationChannel,
} from "@flotilla/core";
import { z } from "zod";
import { pageQuerySchema, pageSchema, type Page } from "./page.ts";
import type { Transport } from "./transport.ts";

export const channelParamsSchema = z.object({ name: channelNameSchema });
export const deliveryParamsSchema = z.object({
  deliveryId: z.string().regex(/^dlv_[0-9a-z]{26}$/, "not a delivery id"),
});

/** Sets a channel, in place of the one of that name. */
export const channelSetSchema = channelFilterSchema.extend({
  target: z.discriminatedUnion("kind", [
    /** Without a credential, one of its own is made for it. */
    webhookTargetSchema.partial({ credential: true }),
    emailTargetSchema,
  ]),
});
export type ChannelSet = z.input<typeof channelSetSchema>;

export const channelMadeSchema = notificationChannelSchema.extend({
  /** What its requests are signed with, where that was made now: it is not shown again. */
  secret: z.string().optional(),
});
export type ChannelMade = z.infer<typeof channelMadeSchema>;

export const channelListSchema = pageSchema(notificationChannelSchema);

export const channelTestedSchema = z.object({
  /** Its deliveries say what became of the test. */
  notificationId: z.string(),
});

export const deliveryListQuerySchema = pageQuerySchema.extend({
  status: deliveryStatusSchema.optional(),
  channel: channelNameSchema.optional(),
  notification: z
    .string()
    .regex(/^ntf_[0-9a-z]{26}$/, "not a notification id")
    .optional(),
});
export type DeliveryListQuery = z.input<typeof deliveryListQuerySchema>;

export const deliveryPageSchema = pageSchema(deliverySchema);

export function notificationClient(http: Transport) {
  const path = (name: string) => `/notification-channels/${encodeURIComponent(name)}`;
  return {
    channels: () => http.json<{ items: NotificationChannel[] }>("GET", "/notification-channels"),
    channel: (name: string) => http.json<NotificationChannel>("GET", path(name)),
    /** In place of the channel of that name. */
    set: (name: string, channel: ChannelSet) =>
      http.json<ChannelMade>("PUT", path(name), { json: channel }),
    /** Sends a test through it. */
    test: (name: string) =>
      http.json<z.infer<typeof channelTestedSchema>>("POST", `${path(name)}/test`),
    /** What is on its way to it goes with it. */
    remove: (name: string) => http.json<void>("DELETE", path(name)),
    deliveries: (query: DeliveryListQuery = {}) =>
      http.json<Page<Delivery>>("GET", "/notification-deliveries", { query: query as never }),
    /** Sends one again that was given up. */
    retry: (deliveryId: string) =>
      http.json<Delivery>(
        "POST",
        `/notification-deliveries/${encodeURIComponent(deliveryId)}/retry`,
      ),
  };
}
