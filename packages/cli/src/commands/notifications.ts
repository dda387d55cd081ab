import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@flotilla/api";
import { deliveryStatusSchema, type Delivery } from "@flotilla/core";
import { defineCommand } from "citty";
import { beSure } from "../be-sure.ts";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { printList, printPage } from "../print-page.ts";
import { channelTable, channelText, deliveryTable } from "../render/notification.ts";
import { integerOption } from "../usage.ts";
import { add } from "./notifications-add.ts";

const channelArg = {
  channel: { type: "positional", description: "Name of the channel", required: true },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "Channels: where notifications go" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const channels = await client.notifications.channels();
    printList(channels, terminal, "No channels: nobody is told of anything.", (items) =>
      channelTable(items, terminal),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One channel" },
  args: { ...channelArg, ...globalArgs },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const channel = await client.notifications.channel(args.channel);
    if (terminal.json) terminal.document(channel);
    else terminal.print(channelText(channel, terminal));
  },
});

const outcomeWithinMs = 30_000;
const lookEveryMs = 250;

const test = defineCommand({
  meta: { name: "test", description: "Send a test through a channel, and see what becomes of it" },
  args: { ...channelArg, ...globalArgs },
  async run({ args }): Promise<ExitCode> {
    const { client, terminal } = connect(args);
    const { notificationId } = await client.notifications.test(args.channel);
    const deliveries = await outcomeOf(client, notificationId);
    const found = { items: deliveries };
    printList(found, terminal, "Nobody would get it; see its people and addresses.", (items) =>
      deliveryTable(items, terminal),
    );
    const isDelivered = deliveries.every(({ status }) => status === "delivered");
    return deliveries.length > 0 && isDelivered ? exitCodes.ok : exitCodes.error;
  },
});

/** The deliveries of a test, once each of them was tried. */
async function outcomeOf({ notifications }: Client, notification: string): Promise<Delivery[]> {
  for (const until = Date.now() + outcomeWithinMs; ; await sleep(lookEveryMs)) {
    const { items } = await notifications.deliveries({ notification, limit: 200 });
    const isTried = items.length > 0 && items.every(isSettled);
    if (isTried || Date.now() > until) return items;
  }
}

function isSettled({ status, lastError }: Delivery): boolean {
  return status !== "pending" || lastError !== null;
}

const remove = defineCommand({
  meta: { name: "remove", description: "Remove a channel, with what is on its way to it" },
  args: {
    ...channelArg,
    yes: { type: "boolean", description: "Ask nothing" },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    if (!args.yes) await beSure(terminal, "Removing", `Remove the channel ${args.channel}?`);
    await client.notifications.remove(args.channel);
    if (terminal.json) terminal.document({ removed: args.channel });
    else terminal.print(`${args.channel} is removed.`);
  },
});

const deliveries = defineCommand({
  meta: { name: "deliveries", description: "What was sent, is on its way, or was given up" },
  args: {
    status: {
      type: "enum",
      options: [...deliveryStatusSchema.options],
      description: "Only these",
    },
    channel: { type: "string", valueHint: "name", description: "Only those of this channel" },
    limit: { type: "string", valueHint: "number", default: "20", description: "How many" },
    cursor: { type: "string", description: "Go on from an earlier page" },
    ...globalArgs,
  },
  async run({ args }) {
    const limit = integerOption("limit", args.limit, { min: 1, max: 1_000 });
    const { client, terminal } = connect(args);
    const page = await client.notifications.deliveries({
      ...(args.status && { status: args.status }),
      ...(args.channel && { channel: args.channel }),
      ...(args.cursor && { cursor: args.cursor }),
      limit,
    });
    printPage(page, terminal, "No deliveries.", (items) => deliveryTable(items, terminal));
  },
});

const retry = defineCommand({
  meta: { name: "retry", description: "Send a delivery again that was given up" },
  args: {
    delivery: { type: "positional", description: "Id of the delivery", required: true },
    ...globalArgs,
  },
  async run({ args }) {
    const { client, terminal } = connect(args);
    const delivery = await client.notifications.retry(args.delivery);
    if (terminal.json) terminal.document(delivery);
    else terminal.print(`${delivery.id} is on its way to ${delivery.channel} again.`);
  },
});

export const notifications = defineCommand({
  meta: { name: "notifications", description: "Notifications: who is told of what waits" },
  default: "list",
  subCommands: { list, show, add, test, remove, deliveries, retry },
});
