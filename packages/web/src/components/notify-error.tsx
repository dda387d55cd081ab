import { toFlotillaError } from "@flotilla/core";
import { notifications } from "@mantine/notifications";

/** Says that an action did not work, why, and what to do; for actions without a place of their own. */
export function notifyError(thrown: unknown): void {
  const { message, remedy } = toFlotillaError(thrown, "unavailable");
  notifications.show({ title: message, message: remedy, color: "red", autoClose: 8_000 });
}
