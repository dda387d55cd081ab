import { backoffMs, type Clock, type Log, type NotedErrors } from "@flotilla/core";
import { z } from "zod";
import { httpUrl } from "../http/settings.ts";
import { webhookVerdict } from "../http/webhook-answer.ts";

/** Where news of errors is sent, as services such as Sentry or a chat take it by a small bridge. */
export const errorWebhookSchema = z.strictObject({
  url: httpUrl,
  headers: z.record(z.string().min(1), z.string()).default({}),
});

export interface WebhookParts extends z.output<typeof errorWebhookSchema> {
  clock: Clock;
  log: Log;
  random: () => number;
}

/** So many wait at most; the oldest go. */
const mostWaiting = 1_000;
const tries = 6;
const closeWithinMs = 1_000;
const answerWithinMs = 10_000;

/**
 * Sends each group that was seen, with its last example, as one POST of JSON: one after the other, again
 * with growing pauses where the other side is away or busy. Delivery is at least once.
 */
export class ErrorWebhook {
  readonly #parts: WebhookParts;
  readonly #closed = new AbortController();
  #waiting: NotedErrors[] = [];
  #lost = 0;
  #loop: Promise<void> | undefined;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  send(noted: NotedErrors[]): void {
    this.#waiting.push(...noted);
    const tooMany = Math.max(0, this.#waiting.length - mostWaiting);
    this.#waiting.splice(0, tooMany);
    this.#lost += tooMany;
    this.#loop ??= this.#run();
  }

  /** What waits may be sent for a moment; then it is over. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#closed.abort(), closeWithinMs);
    await this.#loop;
    clearTimeout(timer);
    this.#closed.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { log } = this.#parts;
    for (;;) {
      const next = this.#waiting.shift();
      if (!next || this.#closed.signal.aborted) break;
      const failure = await this.#deliver(next);
      if (failure)
        log.warn({ error: next.group.id, reason: failure }, "news of an error was not taken");
      if (this.#lost > 0) log.warn({ lost: this.#lost }, "news of errors was lost: too much waits");
      this.#lost = 0;
    }
    this.#loop = undefined;
  }

  /** Returns why it was given up. */
  async #deliver(noted: NotedErrors): Promise<string | undefined> {
    const { clock, random } = this.#parts;
    let failure = "";
    for (let attempt = 1; attempt <= tries; attempt++) {
      try {
        const status = await this.#post(noted);
        const verdict = webhookVerdict(status);
        if (verdict === "taken") return undefined;
        failure = `HTTP ${status}`;
        if (verdict === "refused") return failure;
      } catch (error) {
        failure = (error as Error).message;
      }
      const waitMs = 250 * 2 ** attempt + backoffMs(attempt, 500, 30_000, random);
      const isOver = await clock.sleep(waitMs, this.#closed.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return failure;
    }
    return failure;
  }

  async #post({ group, news, seen }: NotedErrors): Promise<number> {
    const { url, headers } = this.#parts;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "flotilla", ...headers },
      body: JSON.stringify({ event: "error", news, seen, group }),
      redirect: "manual",
      signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body?.cancel();
    return answer.status;
  }
}
