import { randomInt } from "node:crypto";
import { shortestSecret } from "./secret-forms.ts";

const window = shortestSecret;
/** So few windows of other text pass that looking them up costs little. */
const slotsPerPattern = 32;
const fewestSlots = 2 ** 12;

/** Whose a text is: an organisation's, or null, which is everybody's. */
export type Owner = string | null;

/** For whom a text is looked through: an organisation, or null, nobody's; undefined looks for all. */
export type Viewer = Owner | undefined;

/** A text that is looked for, without the text: its length and two keyed hashes of all of it. */
export interface Fingerprint {
  owner: Owner;
  length: number;
  first: number;
  second: number;
  /** Keyed hashes of its first and its last characters. */
  start: number;
  end: number;
  /** How often it was added. */
  uses: number;
}

/** Where a text was found. */
export interface Found {
  start: number;
  end: number;
}

/**
 * Finds many texts in one pass, and holds none of them: only hashes that are keyed anew in each
 * process. A rolling hash of the last 8 characters (Karp and Rabin, "Efficient randomized
 * pattern-matching algorithms", 1987) leads to the texts that end so; these are compared by two hashes of
 * their whole length. One in 2^64 comparisons would be wrong, and would take out what is no secret. A text
 * of an organisation is found for that one alone.
 */
export class Fingerprints {
  readonly #base = oddNumber();
  readonly #first = oddNumber();
  readonly #second = oddNumber();
  readonly #leaving: number;
  /** By the hash of the last characters, and of the first; the longest first: it takes what is shorter with it. */
  readonly #byEnd = new Map<number, Fingerprint[]>();
  readonly #byStart = new Map<number, Fingerprint[]>();
  readonly #counts = new Map<Owner, number>();
  /** A bit for each slot, so that they stay in the CPU's nearest cache. */
  #slots = new Uint32Array(fewestSlots / 32);
  #shift = 32 - Math.log2(fewestSlots);
  #count = 0;
  #removed = 0;

  constructor() {
    let power = 1;
    for (let i = 0; i < window; i++) power = Math.imul(power, this.#base);
    this.#leaving = power;
  }

  countOf(owner: Owner): number {
    return this.#counts.get(owner) ?? 0;
  }

  /** @param text at least 8 characters */
  add(text: string, owner: Owner): Fingerprint {
    const one = {
      owner,
      length: text.length,
      first: this.#hash(text, 0, text.length, this.#first),
      second: this.#hash(text, 0, text.length, this.#second),
      start: this.#hash(text, 0, window, this.#base),
      end: this.#hash(text, text.length - window, text.length, this.#base),
      uses: 1,
    };
    const known = this.#byEnd.get(one.end)?.find((other) => isSame(other, one));
    if (known) {
      known.uses++;
      return known;
    }
    insert(this.#byEnd, one.end, one);
    insert(this.#byStart, one.start, one);
    this.#counts.set(owner, this.countOf(owner) + 1);
    this.#count++;
    if (this.#count * slotsPerPattern > this.#slots.length * 32) this.#markAll(2);
    else this.#mark(one.end);
    return one;
  }

  /** Takes back one `add`. */
  remove(one: Fingerprint): void {
    if (--one.uses > 0) return;
    removeFrom(this.#byEnd, one.end, one);
    removeFrom(this.#byStart, one.start, one);
    const left = this.countOf(one.owner) - 1;
    if (left > 0) this.#counts.set(one.owner, left);
    else this.#counts.delete(one.owner);
    this.#count--;
    // Marks of what is gone cost a look each, until they are too many.
    if (++this.#removed > this.#slots.length) this.#markAll(1);
  }

  /** In order; those that overlap are one. */
  find(text: string, viewer: Viewer): Found[] {
    const found: Found[] = [];
    if (this.#count === 0 || text.length < window) return found;
    const [slots, shift, base, leaving] = [this.#slots, this.#shift, this.#base, this.#leaving];
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
      if (i < window - 1) continue;
      if (i >= window) hash = (hash - Math.imul(leaving, text.charCodeAt(i - window))) | 0;
      const slot = Math.imul(hash, 0x9e3779b1) >>> shift;
      const isMarked = ((slots[slot >>> 5] ?? 0) >>> (slot & 31)) & 1;
      if (isMarked) this.#match(text, hash, { end: i + 1, viewer }, found);
    }
    return found;
  }

  /** From where on the end of a text could be the beginning of something that is looked for. */
  openFrom(text: string, viewer: Viewer): number {
    if (this.#count === 0) return text.length;
    const last = Math.max(0, text.length - window + 1);
    for (let start = 0; start < last; start++) {
      const hash = this.#hash(text, start, start + window, this.#base);
      const longest = this.#byStart.get(hash)?.find(({ owner }) => isFor(viewer, owner));
      if (longest && longest.length > text.length - start) return start;
    }
    return last;
  }

  #match(
    text: string,
    hash: number,
    { end, viewer }: { end: number; viewer: Viewer },
    found: Found[],
  ): void {
    for (const { owner, length, first, second } of this.#byEnd.get(hash) ?? []) {
      const from = end - length;
      if (from < 0 || !isFor(viewer, owner)) continue;
      if (this.#hash(text, from, end, this.#first) !== first) continue;
      if (this.#hash(text, from, end, this.#second) !== second) continue;
      let start = from;
      for (let before = found.at(-1); before && before.end > start; before = found.at(-1)) {
        start = Math.min(start, before.start);
        found.pop();
      }
      found.push({ start, end });
      return;
    }
  }

  #hash(text: string, from: number, to: number, base: number): number {
    let hash = 0;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
    return hash;
  }

  #mark(hash: number): void {
    const slot = Math.imul(hash, 0x9e3779b1) >>> this.#shift;
    this.#slots[slot >>> 5] = (this.#slots[slot >>> 5] ?? 0) | (1 << (slot & 31));
  }

  #markAll(growth: 1 | 2): void {
    this.#slots = new Uint32Array(this.#slots.length * growth);
    this.#shift -= growth - 1;
    this.#removed = 0;
    for (const hash of this.#byEnd.keys()) this.#mark(hash);
  }
}

function insert(all: Map<number, Fingerprint[]>, hash: number, one: Fingerprint): void {
  const alike = all.get(hash) ?? [];
  const shorter = alike.findIndex(({ length }) => length < one.length);
  alike.splice(shorter < 0 ? alike.length : shorter, 0, one);
  all.set(hash, alike);
}

function removeFrom(all: Map<number, Fingerprint[]>, hash: number, one: Fingerprint): void {
  const left = (all.get(hash) ?? []).filter((other) => other !== one);
  if (left.length > 0) all.set(hash, left);
  else all.delete(hash);
}

function isFor(viewer: Viewer, owner: Owner): boolean {
  return viewer === undefined || owner === null || owner === viewer;
}

function isSame(a: Fingerprint, b: Fingerprint): boolean {
  const isAlike = a.first === b.first && a.second === b.second && a.length === b.length;
  return isAlike && a.owner === b.owner;
}

function oddNumber(): number {
  return randomInt(2 ** 16, 2 ** 31) * 2 + 1;
}
