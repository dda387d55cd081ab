import { createClient, type Live, type StreamOptions } from "@flotilla/api";
import type { Event } from "@flotilla/core";

export const kinds = ["server-sent events", "WebSocket"] as const;
export type Kind = (typeof kinds)[number];

/** One client that follows a run to its end, whatever becomes of its server. */
export class StreamViewer {
  readonly runId: string;
  readonly kind: Kind;
  readonly events: Event[] = [];
  /** Connections it has lost. */
  losses = 0;
  /** Milliseconds from a loss to the next event, of each loss. */
  readonly pauses: number[] = [];
  readonly done: Promise<void>;
  readonly #addresses: string[];
  #lostAt: number | undefined;

  /** @param addresses servers it goes to, the next one each time it loses its connection */
  constructor(runId: string, kind: Kind, addresses: string[]) {
    this.runId = runId;
    this.kind = kind;
    this.#addresses = addresses;
    this.done = this.#follow();
    this.done.catch(() => undefined);
  }

  get hasPartialText(): boolean {
    return this.events.at(-1)?.type === "step.delta";
  }

  async #follow(): Promise<void> {
    for (let place = 0; ; place++) {
      const baseUrl = this.#addresses[place % this.#addresses.length]!;
      const leave = new AbortController();
      const live = createClient({ baseUrl }).connect();
      try {
        for await (const event of this.#stream(baseUrl, live, leave)) this.#take(event);
        return;
      } catch (error) {
        if (!leave.signal.aborted) throw error;
      } finally {
        live.close();
      }
    }
  }

  #stream(baseUrl: string, live: Live, leave: AbortController): AsyncGenerator<Event> {
    const last = this.events.at(-1)?.seq;
    const options: StreamOptions = {
      signal: leave.signal,
      giveUpAfterMs: 120_000,
      ...(last !== undefined && { lastEventId: String(last) }),
      onReconnecting: (lost) => {
        if (!lost) return;
        this.losses += 1;
        this.#lostAt ??= performance.now();
        if (this.#addresses.length > 1) leave.abort();
      },
    };
    return this.kind === "WebSocket"
      ? live.run(this.runId, options)
      : createClient({ baseUrl }).runs.stream(this.runId, options);
  }

  #take(event: Event): void {
    if (this.#lostAt !== undefined) {
      this.pauses.push(performance.now() - this.#lostAt);
      this.#lostAt = undefined;
    }
    this.events.push(event);
  }
}
