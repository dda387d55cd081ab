import { openNotifications, type Notifications } from "./notifications/open-notifications.ts";
import { openTriggers, type Triggers } from "./triggers/fire-trigger.ts";

/** What a server does of its own accord. */
export interface Reactions extends Pick<Notifications, "onInvitation"> {
  app: Notifications["app"] & { triggers: Triggers };
  close(): Promise<void>;
}

/** It tells people and services of what happens, and starts what is to follow from it. */
export function openReactions(parts: Parameters<typeof openNotifications>[0]): Reactions {
  const notifications = openNotifications(parts);
  const triggers = openTriggers(parts);
  return {
    app: { ...notifications.app, triggers },
    onInvitation: notifications.onInvitation,
    async close() {
      await Promise.all([triggers.close(), notifications.close()]);
    },
  };
}
