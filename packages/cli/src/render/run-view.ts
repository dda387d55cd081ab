import {
  messageText,
  outputText,
  reduce,
  type Event,
  type EventOf,
  type Run,
  type ToolStep,
} from "@flotilla/core";
import type { Paint } from "../terminal.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { escalationText, toolCall, waitingText } from "./run.ts";
import { cut, oneLine } from "./table.ts";
import { between, duration } from "./time.ts";

/**
 * A run as a scrolling text: tokens as they come, a line per tool call and its result, a
 * line for whatever went otherwise. It folds the events it is shown; `run` is the state
 * so far. Feed it every event from the first.
 */
export interface RunView {
  readonly run: Run | undefined;
  /** What the event adds to the terminal; often nothing. */
  show(event: Event): string;
}

/** @param tokens false leaves the model's text out: for those who print the final output */
export function createRunView(paint: Paint, tokens = true): RunView {
  let run: Run | undefined;
  let midLine = false;
  let thinking = false;

  /** Starts on a fresh line; ends with one. */
  function line(said: string): string {
    thinking = false;
    return `${midLine ? "\n" : ""}${said}\n`;
  }

  function delta({ reasoning, text }: EventOf<"step.delta">): string {
    const thought = reasoning ? paint("dim", reasoning) : "";
    const gap = text && (thinking || thought) ? "\n" : "";
    thinking = text ? false : thinking || thought !== "";
    return thought + gap + (text ?? "");
  }

  function added(event: Event, before: Run | undefined, after: Run): string {
    if (event.type === "step.delta") {
      return tokens ? delta(event) : "";
    }
    if (event.type === "step.completed") {
      const gap = thinking ? "\n" : "";
      thinking = false;
      return tokens ? gap + completedStep(event, before, midLine && gap === "") : "";
    }
    const said = eventLine(event, after, paint);
    return said === undefined ? "" : line(said);
  }

  return {
    get run() {
      return run;
    },
    show(event) {
      const before = run;
      run = reduce(run, event);
      const text = added(event, before, run);
      if (text) midLine = !text.endsWith("\n");
      return text;
    },
  };
}

/**
 * The part of the answer that its deltas have not shown. They are deleted once the step
 * completes, so whoever comes late gets the whole answer here.
 */
function completedStep(
  event: EventOf<"step.completed">,
  before: Run | undefined,
  midLine: boolean,
): string {
  const answer = messageText(event.message);
  const last = before?.steps.at(-1);
  const shown = last?.kind === "model" ? last.partialText : "";
  if (answer.startsWith(shown)) {
    const rest = answer.slice(shown.length);
    return rest + (rest ? endOfLine(rest) : midLine ? "\n" : "");
  }
  return `${midLine ? "\n" : ""}${answer}${endOfLine(answer)}`;
}

function endOfLine(text: string): string {
  return text === "" || text.endsWith("\n") ? "" : "\n";
}

function eventLine(event: Event, run: Run, paint: Paint): string | undefined {
  switch (event.type) {
    case "segment.started":
      return event.cause === "takeover"
        ? paint("yellow", `↻ another worker took over (${event.worker})`)
        : undefined;
    case "step.started":
      return event.attempt > 1 ? paint("dim", attemptText(event)) : undefined;
    case "step.restarted":
      return paint(
        "yellow",
        `↻ starts again, the unfinished text above is dropped: ${event.reason}`,
      );
    case "step.failed":
      return paint("red", `✗ ${withRetry(event.error.message, event.retryInMs)}`);
    case "output.rejected":
      return paint("yellow", `✗ does not fit the schema: ${event.problems.join("; ")}`);
    case "answer.escalated":
      return paint("yellow", `↻ ${escalationText(event)}`);
    case "run.waiting":
      return run.status === "waiting" ? paint("yellow", waitingText(run)) : undefined;
    case "run.retried":
      return paint("yellow", `↻ retried by ${event.by}`);
    case "interrupt.answered":
      return paint("yellow", `answered by ${event.by}: ${event.answer.action}`);
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      return ending(run, paint);
    default:
      return event.type.startsWith("effect.") ? effectLine(event, run, paint) : undefined;
  }
}

function effectLine(event: Event, run: Run, paint: Paint): string | undefined {
  const step = "callId" in event ? findToolStep(run, event.callId) : undefined;
  if (!step) return undefined;
  switch (event.type) {
    case "effect.intended":
      return paint(
        "cyan",
        `→ ${toolCall(step)}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`,
      );
    case "effect.done": {
      const output = cut(oneLine(outputText(event.output)), 300);
      return `${paint("green", "✓")} ${step.tool} = ${output} ${paint("dim", duration(event.ms))}`;
    }
    case "effect.failed":
      return paint("red", `✗ ${step.tool}: ${withRetry(event.error.message, event.retryInMs)}`);
    case "effect.unknown":
      return paint("yellow", `? ${step.tool}: ${event.reason}`);
    default:
      return undefined;
  }
}

/** Of a route it says which target is asked now. */
function attemptText({ attempt, model, choice }: EventOf<"step.started">): string {
  return `↻ attempt ${attempt}${choice ? `, ${model}` : ""}`;
}

function withRetry(message: string, retryInMs: number | null): string {
  if (retryInMs === null) return message;
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return `${sentence} Again ${retryInMs > 0 ? `in ${duration(retryInMs)}` : "at once"}.`;
}

function ending(run: Run, paint: Paint): string {
  const endedAt = "endedAt" in run ? run.endedAt : null;
  const figures = [
    between(run.startedAt, endedAt),
    counted(run.stepCount, "step"),
    `${count(run.usage.inputTokens)} in, ${count(run.usage.outputTokens)} out`,
    money(run.costMicros, run.costIncomplete),
  ].join(" · ");
  if (run.status === "failed") {
    const error = paint("red", `✗ failed: ${run.error.message}`);
    return `${error}\n${run.error.remedy}\n${paint("dim", figures)}`;
  }
  if (run.status === "cancelled") {
    return `cancelled by ${run.cancelledBy}${run.reason ? `: ${run.reason}` : ""}\n${paint("dim", figures)}`;
  }
  return paint("dim", `${run.status} · ${figures}`);
}

function findToolStep(run: Run, callId: string): ToolStep | undefined {
  return run.steps.find((step): step is ToolStep => step.kind === "tool" && step.callId === callId);
}
