import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { toFlotillaError } from "@flotilla/core";
import { holdFolder } from "./lock.ts";
import { boundLog } from "./log.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "./server.ts";

/**
 * Starts the embedded server, or attaches to it, and starts it again whenever it dies, on the
 * same port, until `stop` is called. The first start throws as `startEmbedded` does; later ones
 * are tried until one works. One process at a time may supervise a home; a second one is refused
 * with `conflict`, before it touches anything.
 */
export async function superviseEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => undefined);
  await mkdir(options.home, { recursive: true });
  const release = await holdFolder(options.home);
  let server = await startEmbedded(options).catch((error: unknown) => {
    release();
    throw error;
  });
  const { url, port } = server;
  let stopping = false;
  let starting: Promise<void> | undefined;

  async function restart(): Promise<void> {
    for (let delay = 100; !stopping; delay = Math.min(delay * 2, 5_000)) {
      try {
        server = await startEmbedded({ ...options, port });
        return log("Postgres runs again.");
      } catch (error) {
        const { message, remedy } = toFlotillaError(error);
        log(`Postgres could not be started again. ${message} ${remedy}`);
        await sleep(delay);
      }
    }
  }

  async function watch(): Promise<void> {
    while (!stopping) {
      await server.exited;
      if (stopping) return;
      log("Postgres died; starting it again.");
      starting = restart();
      await starting;
    }
  }

  void watch();
  const logTimer = setInterval(() => {
    boundLog(join(options.home, "postgres.log")).catch((error) => log(String(error)));
  }, 60_000).unref();

  return {
    url,
    port,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      stopping = true;
      clearInterval(logTimer);
      await starting;
      await server.stop();
      release();
    },
  };
}
