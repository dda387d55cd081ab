import { compress } from "hono/compress";
import { createMiddleware } from "hono/factory";
import type { ServerEnv } from "../app-parts.ts";
import { clientAddress } from "./client-address.ts";
import { isLoopback } from "./loopback.ts";

const deflate = compress({ threshold: 1_024 });

/**
 * Compresses what is worth it for clients elsewhere: text of more than 1 KiB, and files as they are
 * streamed; event streams never. On this machine it would cost more than it saves.
 */
export const compressAnswer = createMiddleware<ServerEnv>((c, next) =>
  isLoopback(clientAddress(c)) ? next() : deflate(c, next),
);
