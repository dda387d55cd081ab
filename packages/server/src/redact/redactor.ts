import type { PieceRedactor, RedactPort } from "@flotilla/core";
import { keyPattern, keyPrefix } from "../auth/key-text.ts";
import { Fingerprints, type Found, type Owner, type Viewer } from "./fingerprints.ts";
import { secretForms } from "./secret-forms.ts";

/** Of an organisation: some 10 MB of memory, or 1,000 secrets of the usual length. */
const mostPatterns = 100_000;

/** What stands in the place of a secret. It names none: who reads it may not be of its organisation. */
export const redacted = "[redacted]";

/** A secret as a redactor knows it. */
export interface Learnt {
  /** None for a secret that is too short, or too plain, to be told from other text. */
  patterns: number;
  /** To be called once at most. */
  forget(): void;
}

/**
 * The redactor of a process takes out every secret that it was told of: its log and what else only its
 * operators read passes through it. `of` makes one for what an organisation reads: it takes out the
 * platform's secrets and that organisation's, so that nobody's secrets touch, or can be guessed by, the
 * texts of others. It can be told of secrets, and cannot tell them. API keys it knows by their form: the
 * platform itself keeps none.
 */
export class Redactor implements RedactPort {
  readonly #known: Fingerprints;
  readonly #viewer: Viewer;

  constructor(known = new Fingerprints(), viewer?: Viewer) {
    this.#known = known;
    this.#viewer = viewer;
  }

  of(organisation: Owner): Redactor {
    return new Redactor(this.#known, organisation);
  }

  /** A secret of the organisation whose redactor it is, of the platform where it is none's. */
  learn(secret: string): Learnt {
    const owner = this.#viewer ?? null;
    const known = Array.from(secretForms(secret), (form) => this.#known.add(form, owner));
    return {
      patterns: known.length,
      forget: () => {
        for (const one of known.splice(0)) this.#known.remove(one);
      },
    };
  }

  /** How many more patterns an organisation's secrets may have. */
  get room(): number {
    return Math.max(0, mostPatterns - this.#known.countOf(this.#viewer ?? null));
  }

  text(given: string): string {
    const text = given.includes(keyPrefix) ? given.replace(keyPattern, redacted) : given;
    const found = this.#known.find(text, this.#viewer);
    if (found.length === 0) return text;
    let result = "";
    let from = 0;
    for (const { start, end } of found) {
      result += text.slice(from, start) + redacted;
      from = end;
    }
    return result + text.slice(from);
  }

  json<T>(value: T): T {
    return this.#value(value) as T;
  }

  pieces(): PieceRedactor {
    let held = "";
    return {
      push: (piece) => {
        held += piece;
        const open = Math.min(this.#known.openFrom(held, this.#viewer), openKey(held));
        // What was found is shown whole or not at all: it may be the beginning of something longer.
        const cuts = [...this.#known.find(held, this.#viewer), ...keysIn(held)]
          .filter(({ start, end }) => start < open && open < end)
          .map(({ start }) => start);
        const upTo = Math.min(open, ...cuts);
        const shown = this.text(held.slice(0, upTo));
        held = held.slice(upTo);
        return shown;
      },
    };
  }

  #value(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return this.#items(value);
    const object = value as Record<string, unknown>;
    let changed: [string, unknown][] | undefined;
    const names = Object.keys(object);
    for (const [i, name] of names.entries()) {
      const [newName, newValue] = [this.text(name), this.#value(object[name])];
      if (newName === name && newValue === object[name]) continue;
      changed ??= names.map((each) => [each, object[each]]);
      changed[i] = [newName, newValue];
    }
    return changed ? Object.fromEntries(changed) : value;
  }

  #items(items: readonly unknown[]): readonly unknown[] {
    let changed: unknown[] | undefined;
    for (const [i, item] of items.entries()) {
      const redactedItem = this.#value(item);
      if (redactedItem === item) continue;
      changed ??= [...items];
      changed[i] = redactedItem;
    }
    return changed ?? items;
  }
}

/** API keys that are whole. */
function keysIn(text: string): Found[] {
  if (!text.includes(keyPrefix)) return [];
  return Array.from(text.matchAll(keyPattern), ({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
}

/** Where an API key could have begun that is not whole yet. */
function openKey(text: string): number {
  const start = text.search(/f(?:l(?:o(?:_[a-z]*(?:_[0-9A-Za-z]{0,37})?)?)?)?$/);
  return start >= 0 ? start : text.length;
}
