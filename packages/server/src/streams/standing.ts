import type { Caller } from "@flotilla/core";
import type { AccessPort } from "../access/access.ts";

/** How a connection that stays open was asked for. */
export interface Opening {
  headers: Headers;
  /** Where the request came from. */
  address: string;
}

/** So long one answer serves all connections of the same credentials. */
const answerMs = 4_000;

/**
 * Whom the credentials of open connections stand for by now. Hundreds of connections that came with one
 * key ask once: a key that is revoked is not looked up for each of them, which would count as an attack.
 */
export class Standing {
  readonly #access: Pick<AccessPort, "identify">;
  readonly #answers = new Map<string, { until: number; caller: Promise<Caller> }>();

  constructor(access: Pick<AccessPort, "identify">) {
    this.#access = access;
  }

  /** Throws like `identify`. */
  caller({ headers, address }: Opening): Promise<Caller> {
    const now = performance.now();
    const header = (name: string) => headers.get(name) ?? undefined;
    const key = JSON.stringify(
      ["authorization", "cookie", "flotilla-organisation", "flotilla-environment"].map(header),
    );
    // They are in the order in which they run out.
    for (const [known, { until }] of this.#answers) {
      if (until > now) break;
      this.#answers.delete(known);
    }
    const known = this.#answers.get(key);
    if (known) return known.caller;
    const caller = this.#access.identify({ header, address });
    this.#answers.set(key, { until: now + answerMs, caller });
    return caller;
  }
}
