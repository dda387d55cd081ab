import { outputText, type Event, type EventOf, type Priced, type WaitingFor } from "@flotilla/core";
import type { Paint } from "../terminal.ts";
import { cut, oneLine } from "./table.ts";
import { teamGist } from "./team-event.ts";

type CallEvent = Event &
  EventOf<
    "effect.intended" | "effect.done" | "effect.unknown" | "interrupt.raised" | "interrupt.answered"
  >;

/** An event on one line: place, time, type, and what it says. */
export function eventRow(event: Event, paint: Paint): string {
  const seq = String(event.seq).padStart(5);
  const said = cut(oneLine(gist(event)), 160);
  return `${paint("dim", `${seq}  ${event.at}`)}  ${event.type.padEnd(19)} ${said}`.trimEnd();
}

function gist(event: Event): string {
  switch (event.type) {
    case "run.created":
      return event.input.text;
    case "run.labelled":
      return event.labels.join(", ");
    case "run.released":
      return releaseGist(event);
    case "segment.started":
      return `segment ${event.segment} on ${event.worker} (${event.cause})`;
    case "run.waiting":
      return waitGist(event.for);
    case "run.retried":
      return `by ${event.by}${event.changes ? ", with changes" : ""}`;
    case "run.discarded":
      return `by ${event.by}: ${event.reason}`;
    case "run.completed":
      return outputText(event.output);
    case "run.cancelled":
      return `by ${event.by}${event.reason ? `: ${event.reason}` : ""}`;
    case "run.failed":
    case "step.failed":
    case "effect.failed":
      return `${event.error.code}: ${event.error.message}`;
    case "step.started":
      return startGist(event);
    case "step.waiting":
      return `step ${event.step}, for ${event.for.cause} of ${event.for.of}`;
    case "step.admitted":
      return `step ${event.step}, attempt ${event.attempt}`;
    case "step.restarted":
      return `step ${event.step}, attempt ${event.attempt}: ${event.reason}`;
    case "step.delta":
      return event.text ?? event.reasoning ?? "";
    case "step.completed":
      return (
        `step ${event.step}, ${event.usage.inputTokens} in, ${event.usage.outputTokens} out, ` +
        event.finish +
        pricedText(event.priced)
      );
    case "context.summarised":
      return `step ${event.step}, ${event.usage.inputTokens} in, ${event.usage.outputTokens} out`;
    case "context.compacted":
      return compactionGist(event);
    case "output.rejected":
      return event.problems.join("; ");
    case "model.asked":
    case "image.asked":
    case "image.made":
    case "image.failed":
      return askedGist(event);
    case "call.abandoned":
    case "task.classified":
    case "answer.judged":
    case "answer.escalated":
      return routeGist(event);
    default:
      return callGist(event);
  }
}

function callGist(event: CallEvent | Parameters<typeof teamGist>[0]): string {
  switch (event.type) {
    case "effect.intended":
      return `${event.callId} ${event.tool}(${JSON.stringify(event.input)})`;
    case "effect.done":
      return `${event.callId} = ${outputText(event.output)}`;
    case "effect.unknown":
      return `${event.callId}: ${event.reason}`;
    case "interrupt.raised":
      return `${event.interruptId}: ${event.prompt}`;
    case "interrupt.answered":
      return `${event.interruptId}: ${event.answer.action} by ${event.by}`;
    default:
      return teamGist(event);
  }
}

type AskedEvent = EventOf<"model.asked" | "image.asked" | "image.made" | "image.failed">;

/** What a call has asked models for. */
function askedGist(event: AskedEvent): string {
  switch (event.type) {
    case "model.asked":
      return `${event.callId}, ${event.call.model}`;
    case "image.asked":
      return `${event.callId}, ${event.model}`;
    case "image.made":
      return `${event.callId}: ${event.images.map(({ id }) => id).join(", ")}`;
    case "image.failed":
      return `${event.callId}: ${event.error.code}: ${event.error.message}`;
  }
}

function startGist({ step, attempt, model, choice }: EventOf<"step.started">): string {
  const why = choice ? ` (${choice.route}: ${choice.reason})` : "";
  return `step ${step}, attempt ${attempt}, ${model}${why}`;
}

function releaseGist({ history }: EventOf<"run.released">): string {
  return history?.kind === "run" ? `after ${history.runId}` : "";
}

/** How an answer came that no call of its own was made for. */
export function pricedText(priced: Priced | undefined): string {
  return priced && priced !== "call" ? `, ${pricedWords[priced]}` : "";
}

const pricedWords: Readonly<Record<Exclude<Priced, "call">, string>> = {
  cache: "from the cache",
  shared: "shared with the same call",
  provider_batch: "by the batch endpoint",
  image: "by the image",
};

function compactionGist(event: EventOf<"context.compacted">): string {
  return (
    `step ${event.step}, ${event.inputTokensBefore} tokens to ${event.inputTokensAfter}, ` +
    `a summary stands for the first ${event.through} steps`
  );
}

function routeGist(
  event: EventOf<"call.abandoned" | "task.classified" | "answer.judged" | "answer.escalated">,
): string {
  if (event.type === "call.abandoned") return `${event.call.model}: ${event.error.message}`;
  if (event.type === "task.classified") {
    return event.error ? event.error.message : (event.taskClass ?? "none");
  }
  const judged = `step ${event.step}, ${event.model}: ${event.confidence ?? "not judged"} of ${event.minimum}`;
  return event.type === "answer.judged" ? judged : `${judged}, on to ${event.next}`;
}

function waitGist(wait: WaitingFor): string {
  switch (wait.kind) {
    case "timer":
      return `until ${wait.until}`;
    case "interrupt":
      return wait.interruptIds.join(", ");
    case "budget":
      return `for budget ${wait.budgetId}${wait.until ? ` until ${wait.until}` : ""}`;
    case "provider_batch":
      return "for the provider's batch endpoint";
    case "paused":
      return `paused by ${wait.by}${wait.reason ? `: ${wait.reason}` : ""}`;
    case "children":
      return `for ${wait.runIds.join(", ")}`;
  }
}
