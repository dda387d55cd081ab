import {
  addUsage,
  chargeOf,
  isAsked,
  noUsage,
  reduce,
  type Charge,
  type Event,
  type Run,
  type Usage,
} from "@flotilla/core";

/** What a part of a run's calls used and cost. */
export interface Spending {
  /** Attempts that a provider, or a tool with a price, was asked for. */
  calls: number;
  /** Those that came to nothing and cost all the same. */
  failedCalls: number;
  /** Answers that nobody was asked for: from the cache, or of an identical call under way. */
  unaskedAnswers: number;
  usage: Usage;
  /** Known costs added up, in micro-USD. */
  costMicros: number;
  /** A call had no known price: costMicros is then a lower bound. */
  isIncomplete: boolean;
}

/** The spending of a model, or of a step: `key` is the model's name, or the key of the step's line. */
export type CostPart = Spending & { key: string };

export interface RunCosts {
  /** Without the runs that it began. */
  own: Spending;
  /** The dearest first. A tool with a price stands as `tool/<name>`. */
  models: CostPart[];
  /** In the order in which they first cost something. */
  steps: CostPart[];
}

/** The key of calls that belong to no step: what is asked before the first one. */
export const besideSteps = "beside";

/**
 * Where the money of a run went, by its events: the sums of the parts are those of the folded run. What a fork
 * has copied was paid for by the run it comes from, and is not counted.
 *
 * @param events a journal from its first event, in order; deltas cost nothing and are passed over
 */
export function runCosts(events: readonly Event[]): RunCosts {
  let run: Run | undefined;
  let own = nothing;
  const models = new Map<string, Spending>();
  const steps = new Map<string, Spending>();
  for (const event of events) {
    if (event.type === "step.delta") continue;
    if (event.type === "run.forked") {
      own = nothing;
      models.clear();
      steps.clear();
    }
    const charge = run && (chargeOf(run, event) ?? laterCharge(run, event));
    run = reduce(run, event);
    if (!charge) continue;
    const step = stepOf(event);
    own = plus(own, charge);
    models.set(charge.model, plus(models.get(charge.model), charge));
    steps.set(step, plus(steps.get(step), charge));
  }
  return {
    own,
    models: partsOf(models).toSorted((a, b) => b.costMicros - a.costMicros || b.calls - a.calls),
    steps: partsOf(steps),
  };
}

const nothing: Spending = {
  calls: 0,
  failedCalls: 0,
  unaskedAnswers: 0,
  usage: noUsage,
  costMicros: 0,
  isIncomplete: false,
};

type Counted = Pick<Charge, "model" | "priced" | "failed" | "usage" | "costMicros">;

/** The books have an answer of a provider's batch endpoint from when it came; the run has it from here on. */
function laterCharge(run: Run, event: Event): Counted | undefined {
  if (event.type !== "step.completed" || event.priced !== "provider_batch") return undefined;
  const step = run.steps.findLast((one) => one.kind === "model");
  const { usage, costMicros, priced } = event;
  return step && { model: step.model, priced, failed: false, usage, costMicros };
}

function plus(sum: Spending = nothing, charge: Counted): Spending {
  const asked = isAsked(charge.priced);
  return {
    calls: sum.calls + (asked ? 1 : 0),
    failedCalls: sum.failedCalls + (charge.failed ? 1 : 0),
    unaskedAnswers: sum.unaskedAnswers + (asked ? 0 : 1),
    usage: addUsage(sum.usage, charge.usage),
    costMicros: sum.costMicros + (charge.costMicros ?? 0),
    isIncomplete: sum.isIncomplete || charge.costMicros === null,
  };
}

/** The key of the line that the event's call belongs to. */
function stepOf(event: Event): string {
  if ("callId" in event && typeof event.callId === "string") return event.callId;
  return "step" in event && typeof event.step === "number" ? `m${event.step}` : besideSteps;
}

function partsOf(sums: Map<string, Spending>): CostPart[] {
  return Array.from(sums, ([key, sum]) => ({ ...sum, key }));
}
