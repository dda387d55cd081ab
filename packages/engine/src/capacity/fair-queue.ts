import { Heap } from "./heap.ts";

/** Where an entry belongs, from the outermost share to the innermost, each with its weight. */
export type Place = readonly { key: string; weight: number }[];

interface Entry<T> {
  value: T;
  cost: number;
  taken: boolean;
}

/** An entry's own handle: `remove` takes it out before its turn. */
export interface Ticket {
  remove(): void;
}

/**
 * Hierarchical start-time fair queueing: backlogged siblings share what is served in
 * proportion to their weights at every level, whatever they did while others were idle; what is
 * within one flow is first come, first served. Virtual time is what ages: whoever waits has a start
 * tag that stands still while that of the others grows, so nothing starves.
 *
 * Source: P. Goyal, H. M. Vin, H. Cheng, "Start-time Fair Queueing", SIGCOMM 1996.
 */
export class FairQueue<T> {
  readonly #root = new Node<T>("", 1, undefined);

  get size(): number {
    return this.#root.size;
  }

  /** @param cost what serving it takes, in the same unit for all; above 0 */
  push(place: Place, value: T, cost: number): Ticket {
    let node = this.#root;
    for (const { key, weight } of place) node = node.child(key, weight);
    const entry: Entry<T> = { value, cost, taken: false };
    node.entries.push(entry);
    node.grow(1);
    return {
      remove() {
        if (entry.taken) return;
        entry.taken = true;
        node.grow(-1);
      },
    };
  }

  /** Takes the entry whose turn it is; undefined when there is none. */
  pop(): T | undefined {
    if (this.#root.size === 0) return undefined;
    const entry = this.#root.take();
    return entry.value;
  }

  /** The first entries in the order in which they would be taken, if no more come. */
  peek(count: number): T[] {
    if (count === 1 || this.#root.size <= 1) {
      const first = this.#root.first();
      return first ? [first.value] : [];
    }
    return this.#root.preview(count).map(({ value }) => value);
  }
}

/** A share of the queue: either a flow with entries, or a level with children. */
class Node<T> {
  readonly key: string;
  readonly entries = new Fifo<Entry<T>>();
  size = 0;
  weight: number;
  /** Virtual time at which its next entry begins, and at which its last one ended. */
  startTag = 0;
  finishTag = 0;
  /** Whether the parent's heap has it. */
  listed = false;
  readonly #parent: Node<T> | undefined;
  readonly #children = new Map<string, Node<T>>();
  readonly #backlog = new Heap<Node<T>>((a, b) => a.startTag - b.startTag);
  #virtual = 0;

  constructor(key: string, weight: number, parent: Node<T> | undefined) {
    this.key = key;
    this.weight = weight;
    this.#parent = parent;
  }

  child(key: string, weight: number): Node<T> {
    let node = this.#children.get(key);
    if (!node) {
      node = new Node<T>(key, weight, this);
      this.#children.set(key, node);
    }
    node.weight = weight;
    return node;
  }

  grow(by: number): void {
    this.size += by;
    const parent = this.#parent;
    if (!parent) return;
    if (by > 0 && !this.listed) parent.#list(this);
    parent.grow(by);
  }

  /** Only where `size` is above 0. */
  take(): Entry<T> {
    const next = this.#next();
    if (!next) return this.#takeOwn();
    this.#backlog.pop();
    next.listed = false;
    this.#virtual = next.startTag;
    const entry = next.take();
    next.finishTag = next.startTag + entry.cost / next.weight;
    this.size--;
    if (next.size > 0) this.#list(next);
    else if (this.size === 0) this.#forget();
    else if (this.#children.size > 2 * this.#backlog.size + 64) this.#sweep();
    return entry;
  }

  first(): Entry<T> | undefined {
    if (this.size === 0) return undefined;
    const next = this.#next();
    return next ? next.first() : this.entries.find(({ taken }) => !taken);
  }

  /** The first entries, by playing the queue forward on copies of the tags. */
  preview(count: number): Entry<T>[] {
    const found: Entry<T>[] = [];
    const turn = this.#turns();
    for (let next = turn(); next && found.length < count; next = turn()) found.push(next);
    return found;
  }

  /** Each call gives the next entry, and changes nothing. */
  #turns(): () => Entry<T> | undefined {
    if (this.#children.size === 0) return this.entries.walk(({ taken }) => !taken);
    const playing = new Heap<{ tag: number; node: Node<T>; turn: () => Entry<T> | undefined }>(
      (a, b) => a.tag - b.tag,
    );
    for (const node of this.#backlog.items()) {
      if (node.size > 0) playing.push({ tag: node.startTag, node, turn: node.#turns() });
    }
    return () => {
      for (let top = playing.pop(); top; top = playing.pop()) {
        const entry = top.turn();
        if (!entry) continue;
        playing.push({ ...top, tag: top.tag + entry.cost / top.node.weight });
        return entry;
      }
      return undefined;
    };
  }

  #list(child: Node<T>): void {
    child.startTag = Math.max(this.#virtual, child.finishTag);
    child.listed = true;
    this.#backlog.push(child);
  }

  /** The child whose turn it is; those whose entries were all removed are dropped. */
  #next(): Node<T> | undefined {
    for (let child = this.#backlog.peek(); child; child = this.#backlog.peek()) {
      if (child.size > 0) return child;
      this.#backlog.pop();
      child.listed = false;
    }
    return undefined;
  }

  #takeOwn(): Entry<T> {
    for (let entry = this.entries.shift(); entry; entry = this.entries.shift()) {
      if (entry.taken) continue;
      entry.taken = true;
      this.size--;
      return entry;
    }
    throw new Error("A flow was taken from that has no entries.");
  }

  /** Drops children that have nothing here and nothing to make up for. */
  #sweep(): void {
    for (const [key, child] of this.#children) {
      if (!child.listed && child.finishTag <= this.#virtual) this.#children.delete(key);
    }
  }

  /** Once nobody waits here, nobody's past counts: the tags of all start anew. */
  #forget(): void {
    this.#children.clear();
    this.#backlog.clear();
    this.#virtual = 0;
  }
}

/** First in, first out, without moving what stays. */
class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  find(wanted: (item: T) => boolean): T | undefined {
    return this.walk(wanted)();
  }

  /** Each call gives the next item that is wanted, and takes none out. */
  walk(wanted: (item: T) => boolean): () => T | undefined {
    let at = this.#head;
    return () => {
      while (at < this.#items.length) {
        const item = this.#items[at++] as T;
        if (wanted(item)) return item;
      }
      return undefined;
    };
  }
}
