import type { Client } from "@flotilla/api";
import { canonicalJson } from "@flotilla/core";
import { setTimeout as sleep } from "node:timers/promises";
import type { WantedCall } from "./order.ts";

/**
 * A person who knows what he asked for: of each run he approves the calls that he wants, and rejects all others, as
 * those of runs that he knows nothing of.
 */
export class Approver {
  readonly #client: Client;
  readonly #wanted = new Map<string, Set<string>>();
  readonly #approved = new Map<string, number>();
  rejected = 0;
  #isOver = false;
  #loop: Promise<void> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** What the person wants of the run. */
  expects(runId: string, calls: readonly WantedCall[]): void {
    this.#wanted.set(runId, new Set(calls.map(({ tool, input }) => canonicalJson([tool, input]))));
  }

  /** How often he was asked about what he wants of the run. */
  approvalsOf(runId: string): number {
    return this.#approved.get(runId) ?? 0;
  }

  begin(): void {
    this.#loop = this.#work();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#loop;
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const { items } = await this.#client.inbox.list({ limit: 100 });
      for (const { runId, interruptId } of items) await this.#answer(runId, interruptId);
      if (items.length === 0) await sleep(150);
    }
  }

  async #answer(runId: string, interruptId: string): Promise<void> {
    const asked = await this.#client.interrupts.get(runId, interruptId);
    const call = canonicalJson([asked.tool, asked.input]);
    const isWanted = this.#wanted.get(runId)?.has(call) === true && asked.hash !== null;
    if (isWanted) this.#approved.set(runId, this.approvalsOf(runId) + 1);
    else this.rejected += 1;
    const answer = isWanted
      ? ({ action: "approve", hash: asked.hash as string } as const)
      : ({ action: "reject", reason: "Nobody asked for that." } as const);
    await this.#client.interrupts.answer(runId, interruptId, answer);
  }
}
