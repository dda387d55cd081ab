import type { Event, EventOf, SideCall } from "./event.ts";
import { illegal } from "./fold-step.ts";
import type { ImageCall } from "./image.ts";
import type { ModelStep, Run } from "./run.ts";
import { addUsage } from "./usage.ts";

type RouteEvent = Event &
  EventOf<
    | "call.abandoned"
    | "model.asked"
    | "image.asked"
    | "image.made"
    | "image.failed"
    | "task.classified"
    | "answer.judged"
    | "answer.escalated"
  >;

/** The state after an event of the run's route; the run is running. */
export function applyRoute(run: Run, event: RouteEvent): Run {
  const next = event.call ? withCall(run, event.call) : run;
  switch (event.type) {
    case "call.abandoned":
    case "model.asked":
      return next;
    case "image.asked":
    case "image.made":
    case "image.failed":
      return withImages(next, event);
    case "task.classified":
      return { ...next, classified: { taskClass: event.taskClass } };
    case "answer.judged":
      return withJudgement(next, event);
    case "answer.escalated": {
      const { step, model, confidence, minimum, at } = event;
      const judged = withJudgement(next, event);
      const escalation = { step, model, confidence, minimum, next: event.next, at };
      return { ...judged, steps: [...judged.steps, { kind: "escalation", ...escalation }] };
    }
  }
}

/** The target that an escalated run stays with, and those whose answers were not sure enough. */
export function escalations(run: Run): { pinned: string | undefined; asked: string[] } {
  const all = run.steps.filter((step) => step.kind === "escalation");
  return { pinned: all.at(-1)?.next, asked: all.map((one) => one.model) };
}

function withJudgement(
  run: Run,
  event: Event & EventOf<"answer.judged" | "answer.escalated">,
): Run {
  const index = run.steps.length - 1;
  const last = run.steps[index];
  if (last?.kind !== "model" || last.step !== event.step || last.status !== "completed") {
    throw illegal(`a run whose last step is not the completed step ${event.step}`, event);
  }
  const { confidence, minimum } = event;
  const judged: ModelStep = { ...last, judged: { confidence, minimum } };
  return { ...run, steps: run.steps.with(index, judged) };
}

type ImageEvent = Event & EventOf<"image.asked" | "image.made" | "image.failed">;

/**
 * What the call has asked an image model for; a question that is asked again is the same one. Images may come when
 * their call has ended: they are to be paid for.
 */
function withImages(run: Run, event: ImageEvent): Run {
  const index = run.steps.findLastIndex(
    (step) => step.kind === "tool" && step.callId === event.callId,
  );
  const step = run.steps[index];
  if (step?.kind !== "tool") throw illegal(`a run without tool call ${event.callId}`, event);
  const { images = [] } = step;
  const known = images.find(({ key }) => key === event.key);
  const others = images.filter((one) => one !== known);
  const next = { ...step, images: [...others, imageCall(known, event)] };
  return { ...run, steps: run.steps.with(index, next) };
}

function imageCall(known: ImageCall | undefined, event: ImageEvent): ImageCall {
  const isPaid = known?.isPaid === true || event.call !== undefined;
  if (event.type === "image.asked") {
    const { key, model, count } = event;
    return { key, model, count, status: "asked", images: [], isPaid };
  }
  if (!known) throw illegal("a call that has not asked for the image", event);
  return event.type === "image.made"
    ? { ...known, status: "made", images: event.images }
    : { ...known, status: "failed", isPaid };
}

function withCall(run: Run, { usage, costMicros }: SideCall): Run {
  return {
    ...run,
    usage: addUsage(run.usage, usage),
    costMicros: run.costMicros + (costMicros ?? 0),
    costIncomplete: run.costIncomplete || costMicros === null,
  };
}
