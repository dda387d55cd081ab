import {
  compileToolRules,
  type AccessRule,
  type EngineStore,
  type ToolPolicy,
} from "@flotilla/core";

/** Where rules are read, and who tells of changes. */
export interface RuleSource<Rules> {
  /** Those of an organisation. */
  of: (organisation: string) => Promise<Rules>;
  onChange: (callback: (organisation: string) => void) => () => void;
  /** Changes may have been missed. */
  onCatchUp: (callback: () => void) => () => void;
}

/** Rules are read again after so long even if nothing was heard of a change. */
const longestMs = 15_000;
const mostKept = 1_000;

/**
 * The rules of organisations, kept in memory so that a decision costs no statement. A change is
 * heard of at once; one whose signal was lost counts after 15 seconds.
 */
export class RuleBook<Rules> {
  readonly #source: RuleSource<Rules>;
  readonly #kept = new Map<string, { readAt: number; rules: Promise<Rules> }>();

  constructor(source: RuleSource<Rules>) {
    this.#source = source;
  }

  /** @returns the function that ends it */
  listen(): () => void {
    const { onChange, onCatchUp } = this.#source;
    const ends = [
      onChange((organisation) => this.#kept.delete(organisation)),
      onCatchUp(() => this.#kept.clear()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  of(organisation: string): Promise<Rules> {
    const kept = this.#kept.get(organisation);
    if (kept && performance.now() - kept.readAt < longestMs) return kept.rules;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const read = { readAt: performance.now(), rules: this.#source.of(organisation) };
    this.#kept.set(organisation, read);
    read.rules.catch(() => {
      if (this.#kept.get(organisation) === read) this.#kept.delete(organisation);
    });
    return read.rules;
  }
}

type Signals = EngineStore["signals"];

export function accessRuleBook(store: {
  rules: Pick<EngineStore["rules"], "of">;
  signals: Pick<Signals, "onRuleChange" | "onCatchUp">;
}): RuleBook<readonly AccessRule[]> {
  const { rules, signals } = store;
  return new RuleBook({
    of: (organisation) => rules.of(organisation),
    onChange: signals.onRuleChange,
    onCatchUp: signals.onCatchUp,
  });
}

/** All that decides what a run's tool calls may. */
export function openRuleBooks(
  store: Pick<EngineStore, "toolRules"> &
    Parameters<typeof accessRuleBook>[0] & {
      signals: Pick<Signals, "onToolRuleChange">;
    },
) {
  const { toolRules, signals } = store;
  const books = {
    accessRules: accessRuleBook(store),
    toolRules: new RuleBook<ToolPolicy>({
      of: readyRules(toolRules),
      onChange: signals.onToolRuleChange,
      onCatchUp: signals.onCatchUp,
    }),
  };
  return { books, listen: () => [books.accessRules.listen(), books.toolRules.listen()] };
}

/** Reads an organisation's tool rules, which are made ready to decide once as long as they are the same. */
function readyRules(toolRules: EngineStore["toolRules"]) {
  const kept = new Map<string, { text: string; policy: Promise<ToolPolicy> }>();
  return async (organisation: string): Promise<ToolPolicy> => {
    const read = await toolRules.of(organisation);
    const text = [read.version, ...read.rules.map(({ id }) => id)].join(" ");
    const before = kept.get(organisation);
    if (before?.text === text) return before.policy;
    if (kept.size >= mostKept) kept.clear();
    const policy = compileToolRules(read);
    kept.set(organisation, { text, policy });
    return policy;
  };
}
