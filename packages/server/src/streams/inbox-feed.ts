import type { StreamMessage } from "@flotilla/api";
import { decide, type InboxItem, type Log } from "@flotilla/core";
import type { Store, StoreView } from "@flotilla/store";
import type { AccessPort } from "../access/access.ts";
import type { MessageSink } from "./message-sink.ts";
import { StateFeeds } from "./state-feeds.ts";
import type { Reading, StateChange, StateSource } from "./state-source.ts";
import type { Viewer } from "./viewer.ts";

const leastMs = 250;
/** Runs may have been deleted, which gives no signal. */
const wholeEveryMs = 30_000;
const itemsPerMessage = 1_000;

/** What waits for a person, for all who follow it; one feed for those who see the same. */
export class InboxFeeds {
  readonly #access: Pick<AccessPort, "rules">;
  readonly #signals: Store["signals"];
  readonly #feeds: StateFeeds<InboxItem>;

  constructor(parts: {
    access: Pick<AccessPort, "rules">;
    store: Pick<Store, "signals">;
    log: Log;
  }) {
    this.#access = parts.access;
    this.#signals = parts.store.signals;
    this.#feeds = new StateFeeds(parts.log);
  }

  follow(viewer: Viewer, sink: MessageSink): Promise<void> {
    const shown = this.#shownTo(viewer, sink);
    return this.#feeds.follow(viewer, shown, () => this.#source(viewer.store));
  }

  /** Leaves out what waits in runs of agents that an access rule keeps from the viewer. */
  #shownTo(viewer: Viewer, sink: MessageSink): MessageSink {
    return {
      signal: sink.signal,
      turn: (work) => sink.turn(work),
      send: async (messages) => {
        // Of a connection that stays open the role can have changed.
        const { caller } = viewer;
        const rules = await this.#access.rules(caller.organisation);
        if (rules.length === 0) return sink.send(messages);
        const isShown = (item: InboxItem) =>
          decide(caller, "runs.read", rules, item.agentName).allowed;
        return sink.send(messages.map((message) => withItems(message, isShown)));
      },
    };
  }

  #source(view: StoreView): StateSource<InboxItem> {
    const inbox = new Inbox(view);
    return {
      name: "inbox",
      leastMs,
      pollMs: wholeEveryMs,
      read: () => inbox.read(),
      listen: (changed) => {
        const offChange = this.#signals.onInterruptChange((runIds) => {
          inbox.changed(runIds);
          changed();
        });
        const offCatchUp = this.#signals.onCatchUp(() => {
          inbox.missed();
          changed();
        });
        return () => {
          offChange();
          offCatchUp();
        };
      },
      toMessages: inMessages,
    };
  }
}

function withItems(message: StreamMessage, isShown: (item: InboxItem) => boolean): StreamMessage {
  if (message.type !== "inbox") return message;
  return { ...message, data: { ...message.data, items: message.data.items.filter(isShown) } };
}

/**
 * Reads the whole inbox now and then, and in between that of the runs whose interrupts have changed: what runs
 * do otherwise wakes nobody.
 */
class Inbox {
  readonly #store: Pick<StoreView, "inbox">;
  readonly #runs = new Map<string, string[]>();
  #changed = new Set<string>();
  #wholeAt = -Infinity;

  constructor(store: Pick<StoreView, "inbox">) {
    this.#store = store;
  }

  changed(runIds: readonly string[]): void {
    for (const runId of runIds) this.#changed.add(runId);
  }

  /** Changes may have been missed: all is read again. */
  missed(): void {
    this.#wholeAt = -Infinity;
  }

  async read(): Promise<Reading<InboxItem>> {
    const whole = performance.now() - this.#wholeAt >= wholeEveryMs;
    const changed = [...this.#changed];
    this.#changed = new Set();
    if (whole) this.#wholeAt = performance.now();
    else if (changed.length === 0) return { whole: false, parts: new Map() };
    const items = await this.#store.inbox.open(whole ? null : changed);
    const before = whole ? [] : changed.flatMap((runId) => this.#runs.get(runId) ?? []);
    this.#note(items, whole ? null : changed);
    const parts = new Map(items.map((item) => [keyOf(item), item]));
    return { whole, parts, gone: before.filter((key) => !parts.has(key)) };
  }

  #note(items: readonly InboxItem[], runIds: readonly string[] | null): void {
    if (runIds) for (const runId of runIds) this.#runs.delete(runId);
    else this.#runs.clear();
    for (const item of items) {
      const keys = this.#runs.get(item.runId);
      if (keys) keys.push(keyOf(item));
      else this.#runs.set(item.runId, [keyOf(item)]);
    }
  }
}

function keyOf({ runId, interruptId }: InboxItem): string {
  return `${runId} ${interruptId}`;
}

function inMessages({ whole, parts, gone }: StateChange<InboxItem>): StreamMessage[] {
  const items = [...parts.values()];
  const messages: StreamMessage[] = [];
  for (let start = 0; start === 0 || start < items.length; start += itemsPerMessage) {
    const first = start === 0;
    messages.push({
      type: "inbox",
      data: {
        whole: whole && first,
        items: items.slice(start, start + itemsPerMessage),
        gone: first ? [...gone] : [],
      },
    });
  }
  return messages;
}
