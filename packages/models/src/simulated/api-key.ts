import type { IncomingMessage } from "node:http";

/** Who asks: limits, caches, files and batches are each key's own. All without a key are one. */
export function apiKeyOf({ headers }: IncomingMessage): string {
  return ["authorization", "x-api-key", "api-key"].map((name) => headers[name] ?? "").join("\n");
}
