import {
  hiddenCharacters,
  type EngineStore,
  type ExpiredInterrupt,
  type InterruptAnswer,
  type Log,
} from "@flotilla/core";
import { callHash } from "./call-hash.ts";
import { nobodyAnswered } from "./interrupt-terms.ts";

const perStatement = 200;

/**
 * Does what is due about interrupts that nobody has answered: reminds people, asks others, and answers
 * as the agent says when the time is over. All workers may; each interrupt is one worker's.
 */
export async function tendInterrupts({
  store,
  log,
}: {
  store: Pick<EngineStore, "interrupts">;
  log: Log;
}): Promise<void> {
  const { interrupts } = store;
  const all = async (some: () => Promise<number>) => {
    let sum = 0;
    for (let done = perStatement; done === perStatement; sum += done) done = await some();
    return sum;
  };
  const expired = await all(() => interrupts.expire(perStatement, expiredAnswer));
  const escalated = await all(() => interrupts.escalate(perStatement));
  const reminded = await all(() => interrupts.remind(perStatement));
  if (expired + escalated + reminded > 0) {
    log.info({ expired, escalated, reminded }, "interrupts were due that nobody had answered");
  }
}

function expiredAnswer({ interrupt }: ExpiredInterrupt) {
  const { onExpiry } = interrupt;
  const answer: InterruptAnswer =
    onExpiry && isSafe(interrupt, onExpiry)
      ? onExpiry
      : { action: interrupt.kind === "effect_outcome" ? "fail" : "reject", reason: nobodyAnswered };
  return { by: "system", answer, expired: true } as const;
}

/** What a person may not approve is not approved by nobody. */
function isSafe(interrupt: ExpiredInterrupt["interrupt"], answer: InterruptAnswer): boolean {
  if (answer.action !== "approve" || interrupt.kind !== "approval") return true;
  const { tool, input, hash } = interrupt;
  return callHash(tool, input) === hash && hiddenCharacters(input).length === 0;
}
