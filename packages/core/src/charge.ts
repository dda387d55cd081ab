import type { EventData, EventOf, Priced, SideCall } from "./event.ts";
import type { Run } from "./run.ts";
import { costOf, noUsage, promptCacheSaving, type Price, type Usage } from "./usage.ts";

/** What one attempt of a model call used and cost, for the books. */
export interface Charge {
  /** The target that was asked. */
  model: string;
  /** The agent that asked; left out: the one that the run began as. */
  agentName?: string;
  priced: Priced;
  /** The attempt came to nothing. */
  failed: boolean;
  /** The provider did not tell the usage. */
  estimated: boolean;
  usage: Usage;
  /** null when the price is unknown. */
  costMicros: number | null;
  /** What caches spared. */
  savedMicros: number;
}

/**
 * The charge an event stands for; undefined where it stands for none. Every event stands for at
 * most one, so whoever keeps it in the event's own transaction counts each charge exactly once.
 *
 * @param run the state before the event
 */
export function chargeOf(run: Run, event: EventData): Charge | undefined {
  const charge = ofEvent(run, event);
  // After a handoff it is another one than the run began as.
  const { agentName } = run.active;
  return charge && agentName !== run.agentName ? { ...charge, agentName } : charge;
}

function ofEvent(run: Run, event: EventData): Charge | undefined {
  switch (event.type) {
    case "context.summarised":
      return callCharge(event);
    case "call.abandoned":
    case "model.asked":
    case "image.asked":
    case "image.made":
    case "image.failed":
    case "task.classified":
    case "answer.judged":
    case "answer.escalated":
      return event.call && callCharge(event.call);
    case "effect.done":
    case "effect.failed":
      return toolCharge(run, event);
    case "step.completed":
    case "step.failed":
    case "step.restarted":
      break;
    default:
      return undefined;
  }
  const { usage, costMicros = null, prices, usageEstimated = false } = event;
  const step = run.steps.findLast((one) => one.kind === "model");
  if (!usage || !step) return undefined;
  const isCompleted = event.type === "step.completed";
  const priced = (isCompleted && event.priced) || "call";
  // Charged when the provider answered, whatever has become of the run since.
  if (priced === "provider_batch") return undefined;
  const byCache = prices && isAsked(priced) ? promptCacheSaving(usage, prices) : 0;
  return {
    model: step.model,
    priced,
    failed: !isCompleted,
    estimated: usageEstimated,
    usage,
    costMicros,
    savedMicros: (isCompleted ? event.saved?.costMicros : undefined) ?? Math.max(0, byCache),
  };
}

/** The charge of an answer from a provider's batch endpoint, for whoever takes it in. */
export function batchCharge(
  model: string,
  { usage, usageEstimated = false }: { usage: Usage; usageEstimated?: boolean },
  price: Price | null,
): Charge {
  const { costMicros, prices } = costOf(usage, price);
  return {
    model,
    priced: "provider_batch",
    failed: false,
    estimated: usageEstimated,
    usage,
    costMicros,
    savedMicros: prices ? Math.max(0, promptCacheSaving(usage, prices)) : 0,
  };
}

function callCharge(call: EventOf<"context.summarised"> | SideCall): Charge {
  const { model, failed = false, usageEstimated = false, usage, costMicros, prices } = call;
  const isOfImages = "images" in call && call.images !== undefined;
  const savedMicros = prices ? Math.max(0, promptCacheSaving(usage, prices)) : 0;
  return {
    model,
    priced: isOfImages ? "image" : "call",
    failed,
    estimated: usageEstimated,
    usage,
    costMicros,
    savedMicros,
  };
}

/** Whether the provider was asked for it, and so counts the tokens. */
export function isAsked(priced: Priced): boolean {
  return priced === "call" || priced === "provider_batch" || priced === "image";
}

/** A tool that has a price is charged like a model of its name. */
function toolCharge(
  run: Run,
  { type, callId, costMicros = 0 }: EventOf<"effect.done" | "effect.failed">,
): Charge | undefined {
  const call = run.steps.findLast((one) => one.kind === "tool" && one.callId === callId);
  if (costMicros === 0 || call?.kind !== "tool") return undefined;
  return {
    model: `tool/${call.tool}`,
    priced: "call",
    failed: type === "effect.failed",
    estimated: false,
    usage: noUsage,
    costMicros,
    savedMicros: 0,
  };
}
