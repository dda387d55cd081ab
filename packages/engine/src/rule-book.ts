import type { AccessRule, EngineStore } from "@flotilla/core";

interface RuleSource {
  rules: Pick<EngineStore["rules"], "of">;
  signals: Pick<EngineStore["signals"], "onRuleChange" | "onCatchUp">;
}

/** Rules are read again after so long even if nothing was heard of a change. */
const longestMs = 15_000;
const mostKept = 1_000;

/**
 * The access rules of organisations, kept in memory so that a decision costs no statement. A change is
 * heard of at once; one whose signal was lost counts after 15 seconds.
 */
export class RuleBook {
  readonly #source: RuleSource;
  readonly #kept = new Map<string, { readAt: number; rules: Promise<readonly AccessRule[]> }>();

  constructor(source: RuleSource) {
    this.#source = source;
  }

  /** @returns the function that ends it */
  listen(): () => void {
    const { signals } = this.#source;
    const ends = [
      signals.onRuleChange((organisation) => this.#kept.delete(organisation)),
      signals.onCatchUp(() => this.#kept.clear()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  of(organisation: string): Promise<readonly AccessRule[]> {
    const kept = this.#kept.get(organisation);
    if (kept && performance.now() - kept.readAt < longestMs) return kept.rules;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const read = { readAt: performance.now(), rules: this.#source.rules.of(organisation) };
    this.#kept.set(organisation, read);
    read.rules.catch(() => {
      if (this.#kept.get(organisation) === read) this.#kept.delete(organisation);
    });
    return read.rules;
  }
}
