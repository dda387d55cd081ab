import type { CachedAnswer } from "@flotilla/core";

interface Kept {
  answer: CachedAnswer;
  size: number;
}

const most = 2_000;
const mostCharacters = 16_000_000;

/** The answers this worker saw last, in front of the database. Bounded in number and size. */
export class RecentAnswers {
  /** The one used longest ago first. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /** @param since Unix milliseconds; an older answer is none */
  get(id: string, since: number): CachedAnswer | undefined {
    const kept = this.#kept.get(id);
    if (!kept || kept.answer.createdAt <= since) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept.answer;
  }

  set(id: string, answer: CachedAnswer): void {
    this.#drop(id);
    const size = JSON.stringify(answer.message).length;
    if (size > mostCharacters / 10) return;
    this.#kept.set(id, { answer, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most && this.#size <= mostCharacters) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }

  #drop(id: string): void {
    this.#size -= this.#kept.get(id)?.size ?? 0;
    this.#kept.delete(id);
  }
}
