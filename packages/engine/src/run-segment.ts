import {
  FlotillaError,
  specForClass,
  toFlotillaError,
  unionLabels,
  type AgentSpec,
  type Claim,
  type ClaimedRun,
  type EventData,
  type EventOf,
  type Run,
} from "@flotilla/core";
import type { Action } from "./action.ts";
import { classifyTask } from "./classify-task.ts";
import { correlated, type Correlation } from "./correlation.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { modelStep } from "./model-step.ts";
import { nextAction } from "./next-action.ts";
import { noteFailure, unfolded } from "./note-failure.ts";
import { reviewPlan } from "./strategies/review-plan.ts";
import { pause, takeOutside } from "./heed-people.ts";
import { startPlanChild } from "./strategies/start-plan-child.ts";
import { takePlanEdits } from "./strategies/take-plan-edits.ts";
import { SegmentJournal } from "./segment-journal.ts";
import {
  stopReason,
  stopSegment,
  type EngineParts,
  type Segment,
  type SegmentEnd,
} from "./segment.ts";
import { isFailure } from "./target-request.ts";
import { boardOf, specOf } from "./spec-of.ts";
import { awaitChildren } from "./team/await-children.ts";
import { deliverMessages } from "./team/deliver-messages.ts";
import { toolStep } from "./tool-step.ts";
import { withServerTools } from "./with-server-tools.ts";

/** Steps one segment takes before it lets the next one go on; bounds memory and replay. */
const stepsPerSegment = 200;
const longestStalls = 3;

/** What a segment needs of the worker it runs on. */
export interface SegmentHost {
  worker: string;
  spec: (agentId: string, version: number) => Promise<AgentSpec>;
  /** False once the worker has lost its lease: its runs are others'. */
  isHeld: () => boolean;
  draining: () => boolean;
  watched: (runId: string) => boolean;
  /** Called with the live segment, so that it can be stopped; the result is called at its end. */
  enter: (runId: string, segment: Segment) => () => void;
}

/**
 * Runs one segment: claims the run, folds its journal, goes on from there, and ends when the run
 * ends, waits, has taken 200 steps, or the worker drains. Idempotent: run twice, the
 * second claim goes on where the first one stopped or finds nothing to do.
 */
export async function runSegment(
  parts: EngineParts,
  host: SegmentHost,
  runId: string,
  number: number,
): Promise<SegmentEnd> {
  const claim = { runId, segment: number, worker: host.worker };
  for (let stalls = 0; ; stalls++) {
    const claimed = await parts.store.runs.claim(claim);
    if (!claimed) return "lost";
    try {
      return await ownRun(parts, host, number, claimed);
    } catch (thrown) {
      const error = toFlotillaError(thrown);
      if (error.code === "unavailable") throw error;
      if (error.code !== "fenced") return failRun(parts, claim, error);
      const epoch = await parts.store.runs.ownerEpoch(runId);
      parts.log.warn({ runId, epoch: claimed.epoch, owner: epoch }, error.message);
      if (epoch !== claimed.epoch) return "lost";
      if (!host.isHeld()) {
        // Where nobody has claimed the run yet, its next segment is for whoever takes it.
        const continued = await parts.store.runs.continue(runId, claimed.epoch);
        return continued ? "handed_over" : "lost";
      }
      // Ours still: somebody outside appended in between, so fold again.
      if (stalls >= longestStalls) return failRun(parts, claim, error);
    }
  }
}

/**
 * The last resort for a run that cannot be folded, or whose journal refuses what it has to take:
 * ends it with nothing but the error, so that it is not left running without an owner.
 */
async function failRun(
  parts: EngineParts,
  claim: Claim,
  error: FlotillaError,
): Promise<SegmentEnd> {
  const { runId } = claim;
  parts.log.error(
    { runId, err: error.cause ?? error },
    "the run is failed from outside its segment",
  );
  const claimed = await parts.store.runs.claim(claim);
  if (!claimed) return "lost";
  const run = unfolded(claimed, runId);
  const redact = parts.redact.of(run.organisation);
  await parts.store.journal.append({
    runId,
    epoch: claimed.epoch,
    seq: (claimed.events.at(-1)?.seq ?? 0) + 1,
    events: [redact.json({ type: "run.failed" as const, error: error.toRecord() })],
  });
  noteFailure(parts, run, error.toRecord(), error.cause ?? error);
  return "settled";
}

async function ownRun(
  parts: EngineParts,
  host: SegmentHost,
  number: number,
  claimed: ClaimedRun,
): Promise<SegmentEnd> {
  const journal = new SegmentJournal(claimed, parts.store.journal, parts.clock, parts.redact);
  const { runId } = journal.run;
  const cause = segmentCause(journal.run, number);
  const agent = await specOf(host.spec, journal.run);
  journal.interrupts = agent.interrupts;
  const history = await parts.histories.before(journal.run);
  const own = await ownParts(parts, journal.run);
  const segment: Segment = {
    parts: own,
    worker: host.worker,
    ...forTask(own, agent, journal.run),
    actor: journal.run.active,
    board: () => boardOf(host.spec, journal.run),
    begun: new Set(),
    teammates: new Map(),
    history,
    priority: claimed.priority,
    interactive: claimed.batchId === null,
    journal,
    stop: new AbortController(),
    pause: new AbortController(),
    forgiven: cause === "retry" ? openFailures(journal.run) : { step: 0, failures: 0 },
    draining: host.draining,
    watched: () => claimed.interactive || host.watched(runId),
  };
  journal.stage({
    type: "segment.started",
    segment: number,
    epoch: claimed.epoch,
    worker: host.worker,
    cause,
  });
  const labels = unionLabels(journal.run.labels, history.labels);
  if (labels !== journal.run.labels) journal.stage({ type: "run.labelled", labels });
  const leave = host.enter(runId, segment);
  const place: Correlation = { runId, traceId: journal.run.traceId };
  try {
    const end = await correlated(place, () => loop(segment, host, place));
    // What came too late for the run's last step is not left behind.
    if (journal.hasOutside && end === "settled") await parts.store.runs.settleOutside(runId);
    if (journal.run.status === "failed") noteFailure(parts, journal.run, journal.run.error);
    return end;
  } catch (thrown) {
    const error = toFlotillaError(thrown);
    if (journal.broken || error.code === "fenced") throw error;
    parts.log.error({ runId, err: error.cause ?? error }, "the run failed inside the engine");
    await journal.commit({ type: "run.failed", error: error.toRecord() });
    noteFailure(parts, journal.run, error.toRecord(), error.cause ?? error);
    return "settled";
  } finally {
    leave();
    journal.abandon();
    // After an error calls may still be under way, for nobody.
    stopSegment(segment, "hand_over");
  }
}

/** What the run is given of its organisation. */
async function ownParts(parts: EngineParts, run: Run): Promise<Segment["parts"]> {
  const tools = await parts.tools.of(run);
  return { ...parts, redact: parts.redact.of(run.organisation), tools };
}

/** The agent as it is for the run's class of task, and what its route wants to know. */
function forTask(
  { router, tools }: Pick<Segment["parts"], "router" | "tools">,
  agent: AgentSpec,
  run: Run,
): Pick<Segment, "agent" | "spec" | "rules"> {
  const spec = withServerTools(specForClass(agent, run), tools);
  const { active, input } = run;
  const rules = router.rules({ name: spec.model, agentName: active.agentName, text: input.text });
  return { agent, spec, rules };
}

/** After a handoff the segment goes on as the other agent. */
async function changeActor(segment: Segment, host: SegmentHost): Promise<void> {
  const { run } = segment.journal;
  if (run.active === segment.actor) return;
  segment.actor = run.active;
  Object.assign(segment, forTask(segment.parts, await specOf(host.spec, run), run));
}

/** The failed attempts of the step that a retry goes on with. */
function openFailures({ steps, stepCount }: Run): Segment["forgiven"] {
  const step = steps.findLast((one) => one.kind === "model");
  if (!step || step.status === "completed") return { step: stepCount + 1, failures: 0 };
  const failures = step.attempts.filter(({ error }) => error !== null && isFailure(error)).length;
  return { step: step.step, failures };
}

function segmentCause(run: Run, number: number): EventOf<"segment.started">["cause"] {
  if (run.segment === number) return "takeover";
  switch (run.status) {
    case "pending":
      return run.segment === 0 ? "start" : "retry";
    case "waiting":
      return run.waitingFor.kind === "interrupt" ? "answer" : run.waitingFor.kind;
    default:
      return "continue";
  }
}

async function loop(segment: Segment, host: SegmentHost, place: Correlation): Promise<SegmentEnd> {
  const { journal, parts } = segment;
  for (let steps = 0; ; steps++) {
    const reason = stopReason(segment);
    if (reason === "cancel") return cancel(segment);
    if (reason === "hand_over" || segment.draining() || steps >= stepsPerSegment) {
      return handOver(segment);
    }
    if (journal.hasMail) {
      await takePlanEdits(segment);
      await deliverMessages(segment);
    }
    if (journal.hasOutside) await takeOutside(segment);
    if (journal.pauseRequested && (await pause(segment))) return "settled";
    const action = nextAction(journal.run, segment.spec, parts.clock.now(), segment.rules);
    place.step = action.kind === "call_model" ? action.step : journal.run.stepCount;
    const end = await act(segment, action);
    if (end) return end;
    await changeActor(segment, host);
  }
}

/** Does what is next; undefined when the segment goes on. */
async function act(segment: Segment, action: Action): Promise<SegmentEnd | undefined> {
  const { journal, parts } = segment;
  switch (action.kind) {
    case "call_model": {
      const end = await modelStep(segment, action);
      return end === "parked" || journal.run.status === "failed" ? "settled" : undefined;
    }
    case "call_tools":
      await toolStep(segment, action);
      return undefined;
    case "classify_task":
      await classifyTask(segment, action.classifier);
      Object.assign(segment, forTask(parts, segment.agent, journal.run));
      return undefined;
    case "judge_answer":
      await judgeAnswer(segment, action, action.confidence);
      return undefined;
    case "repair_output": {
      const { step, problems } = action;
      journal.stage({ type: "output.rejected", step, problems });
      return undefined;
    }
    case "journal":
      journal.stage(...action.events);
      return undefined;
    case "review_plan":
      reviewPlan(segment);
      return undefined;
    case "wait_for_children":
      return (await awaitChildren(segment, action.runIds, action.any)) ? "settled" : undefined;
    case "start_child":
      await startPlanChild(segment, action.planStep);
      return undefined;
    default:
      await journal.commit(settling(action));
      // Where somebody has said something just before, it is not complete.
      return journal.run.status === "running" ? undefined : "settled";
  }
}

type Settling = Extract<Action, { kind: "ask_person" | "complete" | "fail" }>;

/** The event that ends the segment. */
function settling(action: Settling): EventData {
  switch (action.kind) {
    case "ask_person": {
      const { interruptIds } = action;
      return { type: "run.waiting", for: { kind: "interrupt", interruptIds } };
    }
    case "complete": {
      const { output, calls } = action;
      return { type: "run.completed", output, ...(calls && { calls }) };
    }
    case "fail":
      return { type: "run.failed", error: action.error };
  }
}

async function cancel({ journal, parts }: Segment): Promise<SegmentEnd> {
  const [request] = await parts.store.runs.steerRequests([journal.run.runId]);
  await journal.commit({
    type: "run.cancelled",
    by: request?.cancel?.by ?? "system",
    ...(request?.cancel?.reason && { reason: request.cancel.reason }),
  });
  return "settled";
}

/** The run goes on in its next segment, on whichever worker takes it. */
async function handOver({ journal, parts }: Segment): Promise<SegmentEnd> {
  await journal.commit();
  const { runId } = journal.run;
  const continued = await parts.store.runs.continue(runId, journal.epoch);
  if (!continued) throw new FlotillaError("fenced", `Run ${runId} was taken over.`);
  return "handed_over";
}
