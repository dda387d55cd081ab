import type { InterruptAnswer, InterruptRaised } from "@flotilla/core";
import type { Segment } from "./segment.ts";

type Terms = Pick<InterruptRaised, "audience" | "expiresAt" | "onExpiry">;

/** What is said to the model when nobody answers in time. */
export const nobodyAnswered = "Nobody answered in time.";

/**
 * Of whom an interrupt of this run is asked, until when, and what is answered then: as the agent says.
 *
 * @param hash of what can be approved; left out: it can only be rejected
 */
export function interruptTerms({ spec, parts }: Segment, hash?: string): Terms {
  const { audience, expireSeconds, onExpiry } = spec.interrupts ?? {};
  const rejected: InterruptAnswer = { action: "reject", reason: nobodyAnswered };
  const approves = onExpiry === "approve" && hash !== undefined;
  return {
    ...(audience && { audience }),
    ...(expireSeconds !== undefined && {
      expiresAt: new Date(parts.clock.now() + expireSeconds * 1_000).toISOString(),
      onExpiry: approves ? { action: "approve", hash } : rejected,
    }),
  };
}
