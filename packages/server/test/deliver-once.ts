import { noRedaction, type Log } from "@flotilla/core";
import { openStore } from "@flotilla/store";
import { openDeliverer } from "../src/notifications/deliver-notifications.ts";

/**
 * A server of its own for a test that kills it: queues what it is told and dies in the moment after, or takes a delivery and
 * dies while it sends it.
 */
const [, , url = "", what = "", given = "[]"] = process.argv;
const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const store = await openStore({ url, onError: silent });

if (what === "queue") {
  await store.notifications.queue(JSON.parse(given));
  process.kill(process.pid, "SIGKILL");
}

const die = async (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
};
openDeliverer({
  ...{ store, log, redact: noRedaction, random: Math.random },
  clock: { now: Date.now, sleep: async () => undefined },
  senders: { webhook: die, email: die },
});
