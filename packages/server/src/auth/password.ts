import { availableParallelism } from "node:os";
import { FlotillaError } from "@flotilla/core";
import { hash, verify } from "@node-rs/argon2";

/** Passwords as they are kept: argon2id, never more than some at once. */
export interface Passwords {
  hash(password: string): Promise<string>;
  verify(of: { hash: string; password: string }): Promise<boolean>;
}

/** Argon2id with 19 MiB, two passes and one lane. Source: OWASP Password Storage Cheat Sheet. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One hash takes some 20 ms of a core; more than these wait longer than a person would. */
const longestQueue = 200;

/**
 * At most half the cores hash at the same time, so that a storm of sign-ins leaves the others to
 * everything else. Throws `rate_limited` when too many wait already.
 */
export function openPasswords(
  atOnce = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2))),
): Passwords {
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (busy >= atOnce) {
      if (waiting.length >= longestQueue) {
        throw new FlotillaError("rate_limited", "Too many people sign in at this moment.", {
          retryAfterMs: 5_000,
        });
      }
      // Whoever ends hands over his place, so that nobody who comes later takes it.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      busy++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, parameters)),
    verify: (of) => inTurn(() => verify(of.hash, of.password).catch(() => false)),
  };
}
