import { newId, type NewChannel, type NewNotification } from "@flotilla/core";
import type { Store } from "../src/open-store.ts";

const webhook = {
  kind: "webhook",
  url: "https://hooks.example.com/x",
  headers: {},
  credential: "hook",
} as const;

/** Sets a channel of the home organisation that takes all there is, unless said otherwise. */
export async function addChannel(
  store: Pick<Store, "notifications">,
  name: string,
  given: Partial<NewChannel> = {},
): Promise<string> {
  const channel = await store.notifications.setChannel({
    id: newId("nch"),
    name,
    events: ["interrupt.raised"],
    agents: [],
    target: webhook,
    createdBy: "ann",
    ...given,
  });
  return channel.id;
}

/** An approval that waits, unless said otherwise. */
export function sampleNotification(given: Partial<NewNotification> = {}): NewNotification {
  return {
    id: newId("ntf"),
    organisation: "default",
    environment: "prod",
    event: "interrupt.raised",
    subject: "refunds asks",
    ...given,
  };
}
