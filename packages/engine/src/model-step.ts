import {
  backoffMs,
  costMicros,
  FlotillaError,
  toFlotillaError,
  transcript,
  type EventData,
  type ModelPart,
  type ModelRequest,
  type Run,
} from "@flotilla/core";
import { DeltaWriter } from "./delta-writer.ts";
import { wallTimeError, wallTimeLeft, type Action } from "./next-action.ts";
import { stopReason, type Segment } from "./segment.ts";

/** The longest wait that keeps the segment; longer ones park the run durably. */
const longestWaitMs = 60_000;
const longestBackoffMs = 30_000;

export type ModelStepEnd =
  /** The step is completed (staged) or will be tried again at once. */
  | "go_on"
  /** The run is parked until a time. */
  | "parked"
  | "stopped";

type CallModel = Extract<Action, { kind: "call_model" }>;

/**
 * One attempt of a model step. What the model answered is staged, not committed: it goes
 * into the journal together with what follows from it.
 */
export async function modelStep(segment: Segment, action: CallModel): Promise<ModelStepEnd> {
  const { journal, spec, parts } = segment;
  const { step, attempt } = action;
  // A running attempt left no one to tell how far it came: its partial text goes.
  const started: EventData = action.restart
    ? { type: "step.restarted", step, attempt, model: spec.model, reason: "the worker stopped" }
    : { type: "step.started", step, attempt, model: spec.model };
  const deltasAfter = journal.run.seq;
  if (action.restart) journal.dropDeltas(0);
  await journal.commit(started);
  if (stopReason(segment)) return "stopped";

  const begun = parts.clock.now();
  const deltas = new DeltaWriter({ step, attempt }, segment.watched, (event) =>
    journal.commit(event),
  );
  const endDeltas = () => {
    deltas.end();
    if (deltas.written) journal.dropDeltas(deltasAfter);
  };
  try {
    const completed = await call(segment, request(segment, step), deltas);
    const { message, usage, finish, servedModel, firstTokenMs } = completed;
    endDeltas();
    journal.stage({
      type: "step.completed",
      step,
      attempt,
      message,
      usage,
      finish,
      costMicros: costMicros(usage, parts.models.price(spec.model)),
      firstTokenMs,
      ms: parts.clock.now() - begun,
      ...(servedModel !== undefined && { servedModel }),
    });
    return "go_on";
  } catch (error) {
    endDeltas();
    if (stopReason(segment)) return "stopped";
    return await failed(segment, action, toFlotillaError(error));
  }
}

function request(segment: Segment, step: number): ModelRequest {
  const { spec, journal, parts } = segment;
  return {
    model: spec.model,
    instructions: spec.instructions,
    messages: transcript(journal.run),
    tools: spec.tools.map((name) => {
      const { description, input } = parts.tools.get(name);
      return { name, description, input };
    }),
    settings: spec.settings,
    ...(spec.output && { output: spec.output }),
    step,
    runId: journal.run.runId,
  };
}

type Completed = Extract<ModelPart, { type: "completed" }> & { firstTokenMs: number | null };

/** Streams one call within the wall time that is left. */
async function call(
  segment: Segment,
  wanted: ModelRequest,
  deltas: DeltaWriter,
): Promise<Completed> {
  const { parts, journal, spec } = segment;
  const begun = parts.clock.now();
  const deadline = new AbortController();
  const abort = () => deadline.abort(segment.stop.signal.reason);
  if (segment.stop.signal.aborted) abort();
  segment.stop.signal.addEventListener("abort", abort, { once: true });
  const left = Math.min(wallTimeLeft(journal.run, spec, begun), 2 ** 31 - 1);
  const timer = setTimeout(() => deadline.abort(wallTimeError(spec)), left);
  let firstTokenMs: number | null = null;
  try {
    for await (const part of parts.models.stream(wanted, deadline.signal)) {
      firstTokenMs ??= parts.clock.now() - begun;
      if (part.type === "completed") return { ...part, firstTokenMs };
      deltas.push(part.type, part.text);
    }
    throw new FlotillaError("model_stream_broken", "The stream ended without an answer.", {
      transient: true,
    });
  } catch (error) {
    if (deadline.signal.reason instanceof FlotillaError) throw deadline.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    segment.stop.signal.removeEventListener("abort", abort);
  }
}

/** Attempts of the open model step that failed; one that died with its worker did not. */
export function failedAttempts(run: Run): number {
  const step = run.steps.findLast((one) => one.kind === "model");
  if (!step || step.status === "completed") return 0;
  return step.attempts.filter((one) => one.error !== null).length;
}

async function failed(
  segment: Segment,
  { step, attempt }: CallModel,
  error: FlotillaError,
): Promise<ModelStepEnd> {
  const { journal, spec, parts } = segment;
  const base = { type: "step.failed", step, attempt, error: error.toRecord() } as const;
  const failures = failedAttempts(journal.run) + 1 - segment.failuresBefore;
  if (!error.transient || failures >= spec.retry.maxAttempts) {
    await journal.commit(
      { ...base, retryInMs: null },
      { type: "run.failed", error: error.toRecord() },
    );
    return "go_on";
  }
  const own = backoffMs(failures, spec.retry.baseMs, longestBackoffMs, parts.random);
  const retryInMs = Math.max(own, error.retryAfterMs ?? 0);
  if (retryInMs > longestWaitMs) {
    const until = new Date(parts.clock.now() + retryInMs).toISOString();
    const why = error.toRecord();
    const parked: EventData = { type: "run.waiting", for: { kind: "timer", until, why } };
    await journal.commit({ ...base, retryInMs }, parked);
    return "parked";
  }
  await journal.commit({ ...base, retryInMs });
  try {
    await parts.clock.sleep(retryInMs, segment.pause.signal);
  } catch {
    return "stopped";
  }
  return "go_on";
}
