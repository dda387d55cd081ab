import type { Fleet, FleetChange, StreamMessage } from "@flotilla/api";
import { decide, type Log } from "@flotilla/core";
import type { AccessPort } from "../access/access.ts";
import { seesFleet } from "../access/permit.ts";
import { readLimits } from "../read-limits.ts";
import { readStatus, type StatusParts } from "../read-status.ts";
import type { MessageSink } from "./message-sink.ts";
import { RateMeter } from "./rate-meter.ts";
import { StateFeeds } from "./state-feeds.ts";
import type { StateSource } from "./state-source.ts";
import type { Viewer } from "./viewer.ts";

/** Figures move all the time: they are read once a second, however many look at them. */
const everyMs = 1_000;
/** How the components are is sampled every ten seconds. */
const healthEveryMs = 5_000;
const ratesOverMs = 30_000;

type FleetParts = StatusParts & { access: Pick<AccessPort, "rules">; log: Log };

/** The figures of the platform for all who follow them; one feed for those who see the same. */
export class FleetFeeds {
  readonly #parts: FleetParts;
  readonly #feeds: StateFeeds<unknown>;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#feeds = new StateFeeds(parts.log);
  }

  follow(viewer: Viewer, sink: MessageSink): Promise<void> {
    return this.#feeds.follow(viewer, this.#shownTo(viewer, sink), () => this.#source(viewer));
  }

  /** Leaves out what the viewer may not read. */
  #shownTo({ caller }: Viewer, sink: MessageSink): MessageSink {
    return {
      signal: sink.signal,
      turn: (work) => sink.turn(work),
      send: async (messages) => {
        // Of a connection that stays open the role can have changed.
        const rules = await this.#parts.access.rules(caller.organisation);
        const hidden = new Set<string>();
        if (!decide(caller, "costs.read", rules).allowed) hidden.add("today");
        if (!decide(caller, "fleet.read", rules).allowed) hidden.add("health");
        const shown = messages.map((message) => without(message, hidden));
        return sink.send(shown.filter((message) => !isEmpty(message)));
      },
    };
  }

  #source(viewer: Viewer): StateSource<unknown> {
    const readPulse = pulseReader(viewer);
    const readHealth = this.#healthReader(viewer);
    return {
      name: "fleet",
      leastMs: everyMs,
      pollMs: everyMs,
      read: async () => {
        const [status, buckets, health] = await Promise.all([
          readStatus(this.#parts, viewer),
          readLimits(this.#parts.store, viewer),
          readHealth(),
        ]);
        const { completed, failed, cancelled } = status.runs;
        const pulse = await readPulse(completed + failed + cancelled);
        const fleet: Fleet = { ...status, buckets, health, ...pulse };
        return { whole: true, parts: new Map(Object.entries(fleet)) };
      },
      toMessages: ({ parts }) => [
        { type: "fleet", data: Object.fromEntries(parts) as FleetChange },
      ],
    };
  }

  /** Nothing for those who do not look after the platform. */
  #healthReader({ caller }: Viewer): () => Promise<Fleet["health"]> {
    let known: Fleet["health"] = [];
    let readAt = -Infinity;
    return async () => {
      if (!seesFleet(caller) || performance.now() - readAt < healthEveryMs) return known;
      readAt = performance.now();
      const components = await this.#parts.store.health.current();
      known = components.map(({ component, state, reason, figures }) => {
        return { component, state, reason, figures };
      });
      return known;
    };
  }
}

/** What goes on, from totals as they grow. */
function pulseReader({ store }: Viewer) {
  const runs = new RateMeter(ratesOverMs);
  const tokens = new RateMeter(ratesOverMs);
  return async (ended: number): Promise<Pick<Fleet, "rates" | "inbox" | "newsAt" | "today">> => {
    const { inbox, newsAt, ...today } = await store.fleet.pulse();
    const now = performance.now();
    const runsPerMinute = Math.round(runs.add(ended, now) * 600) / 10;
    const tokensPerSecond = Math.round(tokens.add(today.tokens, now) * 10) / 10;
    const rates = { runsPerMinute, tokensPerSecond };
    return { rates, inbox, newsAt: newsAt?.toISOString() ?? null, today };
  };
}

function without(message: StreamMessage, hidden: ReadonlySet<string>): StreamMessage {
  if (message.type !== "fleet" || hidden.size === 0) return message;
  const shown = Object.entries(message.data).filter(([part]) => !hidden.has(part));
  return { ...message, data: Object.fromEntries(shown) };
}

function isEmpty(message: StreamMessage): boolean {
  return message.type === "fleet" && Object.keys(message.data).length === 0;
}
