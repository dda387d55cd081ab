import { randomInt } from "node:crypto";
import { shortestSecret } from "./secret-forms.ts";

const window = shortestSecret;
/** So few windows of other text pass that looking them up costs little. */
const slotsPerPattern = 32;
const fewestSlots = 2 ** 12;

/** A text that is looked for, without the text: its length and two keyed hashes of all of it. */
interface Fingerprint {
  length: number;
  first: number;
  second: number;
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
 * their whole length. One in 2^64 comparisons would be wrong, and would take out what is no secret.
 */
export class Fingerprints {
  readonly #base = oddNumber();
  readonly #first = oddNumber();
  readonly #second = oddNumber();
  readonly #leaving: number;
  /** By the hash of the last characters. */
  readonly #byEnd = new Map<number, Fingerprint[]>();
  /** By the hash of the first characters: the longest that begin so. */
  readonly #byStart = new Map<number, number>();
  /** A bit for each slot, so that they stay in the CPU's nearest cache. */
  #slots = new Uint32Array(fewestSlots / 32);
  #shift = 32 - Math.log2(fewestSlots);
  #count = 0;

  constructor() {
    let power = 1;
    for (let i = 0; i < window; i++) power = Math.imul(power, this.#base);
    this.#leaving = power;
  }

  get size(): number {
    return this.#count;
  }

  /** @param text at least 8 characters */
  add(text: string): void {
    const end = this.#hash(text, text.length - window, text.length, this.#base);
    const one = {
      length: text.length,
      first: this.#hash(text, 0, text.length, this.#first),
      second: this.#hash(text, 0, text.length, this.#second),
    };
    const known = this.#byEnd.get(end) ?? [];
    if (known.some((other) => isSame(other, one))) return;
    // The longest first: it takes what is shorter with it.
    this.#byEnd.set(
      end,
      [...known, one].toSorted((a, b) => b.length - a.length),
    );
    const start = this.#hash(text, 0, window, this.#base);
    this.#byStart.set(start, Math.max(text.length, this.#byStart.get(start) ?? 0));
    this.#count++;
    if (this.#count * slotsPerPattern > this.#slots.length * 32) this.#grow();
    else this.#mark(end);
  }

  /** In order; those that overlap are one. */
  find(text: string): Found[] {
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
      if (isMarked) this.#match(text, hash, i + 1, found);
    }
    return found;
  }

  /** From where on the end of a text could be the beginning of something that is looked for. */
  openFrom(text: string): number {
    if (this.#count === 0) return text.length;
    const last = Math.max(0, text.length - window + 1);
    for (let start = 0; start < last; start++) {
      const hash = this.#hash(text, start, start + window, this.#base);
      if ((this.#byStart.get(hash) ?? 0) > text.length - start) return start;
    }
    return last;
  }

  #match(text: string, hash: number, end: number, found: Found[]): void {
    for (const { length, first, second } of this.#byEnd.get(hash) ?? []) {
      const from = end - length;
      if (from < 0 || this.#hash(text, from, end, this.#first) !== first) continue;
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

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#shift--;
    for (const hash of this.#byEnd.keys()) this.#mark(hash);
  }
}

function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return a.length === b.length && a.first === b.first && a.second === b.second;
}

function oddNumber(): number {
  return randomInt(2 ** 16, 2 ** 31) * 2 + 1;
}
