import type { Scale } from "./scale.ts";

/** A claim about the product, proved from outside: by its command line, its API and signals. */
export interface Claim {
  name: string;
  /** Throws when it cannot even be tried; what does not hold is told to the proof. */
  prove(proof: Proof): Promise<void>;
}

export type Figure = number | string | boolean | null | Figure[] | { [name: string]: Figure };

export interface Verdict {
  claim: string;
  ok: boolean;
  figures: Record<string, Figure>;
  /** What does not hold. */
  failures: string[];
}

/** How one claim is being proved: what it may use, and what has been found so far. */
export class Proof {
  readonly scale: Scale;
  /** An empty folder, removed at the end. */
  readonly folder: string;
  /** Uniform in [0, 1); the same for the same seed. */
  readonly random: () => number;
  readonly figures: Record<string, Figure> = {};
  readonly failures: string[] = [];
  readonly #tell: (text: string) => void;
  readonly #endings: (() => Promise<unknown>)[] = [];

  constructor(parts: {
    scale: Scale;
    folder: string;
    random: () => number;
    tell: (text: string) => void;
  }) {
    this.scale = parts.scale;
    this.folder = parts.folder;
    this.random = parts.random;
    this.#tell = parts.tell;
  }

  /** Progress, for the person who waits. */
  tell(text: string): void {
    this.#tell(text);
  }

  figure(name: string, value: Figure): void {
    this.figures[name] = value;
  }

  /** Notes a failure unless it holds. */
  holds(isTrue: boolean, failure: string): void {
    if (isTrue) return;
    this.failures.push(failure);
    this.#tell(`does not hold: ${failure}`);
  }

  /** A figure that must have this value. */
  equals(name: string, actual: Figure, expected: Figure): void {
    this.figure(name, actual);
    this.holds(
      actual === expected,
      `${name} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`,
    );
  }

  /** A figure that must not be above `limit`; at a scale without timing it is only told. */
  atMost(name: string, actual: number, limit: number): void {
    this.figure(name, actual);
    if (!this.scale.isTimed) return;
    this.holds(actual <= limit, `${name} is ${actual}, more than ${limit}`);
  }

  /** Does something at the end, whatever happens; the last one first. */
  finally(ending: () => Promise<unknown>): void {
    this.#endings.push(ending);
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).toReversed()) {
      await ending().catch((error: unknown) => this.#tell(`when cleaning up: ${String(error)}`));
    }
  }
}

/** Seconds with one decimal. */
export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
