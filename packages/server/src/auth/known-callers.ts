import { hash } from "node:crypto";
import { LruMap } from "@flotilla/core";

/** Whom a credential stands for, until when, and who it is about when something changes. */
export interface Known<T> {
  value: T;
  /** `key:<id>`, `user:<id>`: as the database tells of changes. */
  subjects: readonly string[];
  /** Unix milliseconds; it is not remembered for longer. */
  until: number;
}

/** Longest that an answer is remembered: the worst case of a revocation that nobody was told of. */
const rememberedMs = 15_000;
const mostRemembered = 20_000;

/**
 * Remembers for some seconds whom credentials stand for, so that most requests cost no statement.
 * What a change was told of is forgotten at once; an answer that was being read when the change was
 * told is used once and not remembered. Credentials that are not good are not remembered.
 */
export class KnownCallers<T> {
  readonly #known = new LruMap<string, Known<T>>(mostRemembered);
  readonly #asked = new Map<string, Promise<Known<T> | null>>();
  readonly #now: () => number;
  #changes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls that ask for the same credential at the same time share one answer. */
  async get(credential: string, read: () => Promise<Known<T> | null>): Promise<T | null> {
    // Secrets are not kept in memory longer than their request takes.
    const key = hash("sha256", credential, "base64");
    const known = this.#known.get(key);
    if (known && known.until > this.#now()) return known.value;
    const asked = this.#asked.get(key) ?? this.#ask(key, read);
    return (await asked)?.value ?? null;
  }

  #ask(key: string, read: () => Promise<Known<T> | null>): Promise<Known<T> | null> {
    const changes = this.#changes;
    const asked = read()
      .then((found) => {
        if (!found) return null;
        const now = this.#now();
        if (found.until <= now) return null;
        const until = Math.min(found.until, now + rememberedMs);
        if (changes === this.#changes) this.#known.set(key, { ...found, until });
        return found;
      })
      .finally(() => {
        if (this.#asked.get(key) === asked) this.#asked.delete(key);
      });
    this.#asked.set(key, asked);
    return asked;
  }

  /** What is remembered of the subject is no longer true. */
  forget(subject: string): void {
    this.#changes++;
    // Who asks from now on must not be given an answer that was read before the change.
    this.#asked.clear();
    for (const [key, known] of this.#known)
      if (known.subjects.includes(subject)) this.#known.delete(key);
  }

  forgetAll(): void {
    this.#changes++;
    this.#asked.clear();
    this.#known.clear();
  }
}
