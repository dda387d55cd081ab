import { FlotillaError, type Caller } from "@flotilla/core";
import type { StreamLimits } from "../app-parts.ts";

/** Counts the connections that stay open, of each caller and of all. */
export class ConnectionCount {
  readonly #limits: Pick<StreamLimits, "connections" | "connectionsPerCaller">;
  readonly #callers = new Map<string, number>();
  #all = 0;

  constructor(limits: Pick<StreamLimits, "connections" | "connectionsPerCaller">) {
    this.#limits = limits;
  }

  /**
   * Counts one more. Throws `unavailable` when there are as many as the server holds, and `rate_limited`
   * when the caller has as many as one may have.
   *
   * @returns the function that takes it back
   */
  take({ kind, id }: Pick<Caller, "kind" | "id">): () => void {
    const { connections, connectionsPerCaller } = this.#limits;
    const key = `${kind}:${id}`;
    const own = this.#callers.get(key) ?? 0;
    if (this.#all >= connections) {
      throw new FlotillaError("unavailable", `All ${connections} connections are taken.`, {
        transient: true,
      });
    }
    if (kind !== "local" && own >= connectionsPerCaller) {
      const message = `You have ${own} connections open; nobody may have more.`;
      const remedy = "Close some. One WebSocket carries many subscriptions.";
      throw new FlotillaError("rate_limited", message, { transient: true, remedy });
    }
    this.#callers.set(key, own + 1);
    this.#all += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#all -= 1;
      const left = (this.#callers.get(key) ?? 1) - 1;
      if (left > 0) this.#callers.set(key, left);
      else this.#callers.delete(key);
    };
  }
}
