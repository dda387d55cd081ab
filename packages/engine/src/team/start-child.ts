import {
  budgetLeft,
  FlotillaError,
  shareOf,
  type Agent,
  type ChildState,
  type EventOf,
  type Json,
  type NewRun,
  type ForkEffects,
  type ParentRef,
  type Run,
} from "@flotilla/core";
import { startableAgent } from "../start-run.ts";
import { checkAgentUse } from "../check-tool-use.ts";
import type { Segment } from "../segment.ts";
import { childIdOf } from "./child-id.ts";

/** A part of the work that another agent is to do. */
export interface ChildAsk {
  /** The name of the agent; one of the team's workers. */
  agent: string;
  /** What it is told: its input. */
  task: string;
  /** Names the part: the same id is the same run, however often it is started. */
  callId: string;
  /** The model step that asked for it. */
  step: number;
  /** The call as it was asked for, where it is one. */
  call?: { tool: string; input: Json };
  /** The step of the plan that it does. */
  planStep?: string;
  /** What it may cost at most. Left out: an equal share of what the run has left. */
  budgetMicros?: number;
  /** Parts that are still to be begun now, this one included; by them the shares are reckoned. */
  open: number;
}

/**
 * Begins a run of another agent that does a part of this one's work. The event reserves its budget, and
 * has to be committed before `createChildren` makes it; then the run waits with `awaitChildren`, which stages
 * `child.ended`. Asking twice gives the same run.
 *
 * Throws what the model, or the plan, is told: `limit_team` for an agent that is not of the team, too deep
 * or too many; `limit_cost` when there is not so much left; `tool_forbidden` when who started the run may not run the agent;
 * `not_found`, or `conflict` for an agent that is archived.
 */
export async function startChild(
  segment: Segment,
  ask: ChildAsk,
): Promise<EventOf<"child.started">> {
  const { run } = segment.journal;
  checkTeam(segment, ask.agent);
  await checkAgentUse(segment, ask.agent);
  const agent = await findAgent(segment, ask.agent);
  const budgetMicros = budgetFor(segment, ask);
  return {
    type: "child.started",
    childId: childIdOf(run.runId, ask.callId),
    agentId: agent.id,
    agentName: agent.name,
    agentVersion: agent.version,
    step: ask.step,
    callId: ask.callId,
    ...(ask.call && { tool: ask.call.tool }),
    ...(ask.planStep !== undefined && { planStep: ask.planStep }),
    input: ask.call?.input ?? { task: ask.task },
    task: ask.task,
    ...(budgetMicros !== null && { budgetMicros }),
  };
}

/** The newest version; several calls of one answer ask for it once. Throws `not_found` or `conflict`. */
export function findAgent({ journal, parts, teammates }: Segment, name: string): Promise<Agent> {
  const { run } = journal;
  const key = `${run.stepCount} ${name}`;
  const known = teammates.get(key);
  if (known) return known;
  const agents = { get: (wanted: string) => parts.store.agents.newest(run, wanted) };
  const found = startableAgent({ agents }, name);
  teammates.set(key, found);
  return found;
}

function checkTeam({ spec, journal }: Segment, name: string): void {
  const { workers = [], maxDepth = 0, maxChildren = 0 } = spec.team ?? {};
  if (!workers.includes(name)) {
    throw refusal(`${name} is not of the team. Its workers: ${workers.join(", ") || "none"}.`);
  }
  const depth = (journal.run.parent?.depth ?? 0) + 1;
  const deepest = Math.min(maxDepth, journal.run.parent?.maxDepth ?? Infinity);
  if (depth > deepest) {
    throw refusal(`Runs may not be nested deeper than ${deepest}: do it yourself.`);
  }
  if (journal.run.children.length >= maxChildren) {
    throw refusal(`This run has begun ${maxChildren} others already, and may not begin more.`);
  }
}

function refusal(message: string): FlotillaError {
  return new FlotillaError("limit_team", message);
}

/** Reserved at once: the event that says so is folded in before the next one is asked for. */
function budgetFor({ journal, spec }: Segment, { budgetMicros, open }: ChildAsk): number | null {
  const left = budgetLeft(journal.run, spec.limits);
  if (left === null) return budgetMicros ?? null;
  const wanted = budgetMicros ?? shareOf(left, open);
  if (wanted > 0 && wanted <= left) return wanted;
  const message = `$${usd(wanted)} is more than this run has left of its budget ($${usd(left)}).`;
  throw new FlotillaError("limit_cost", left === 0 ? "The budget of this run is spent." : message);
}

function usd(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}

/** The run of a child, as the store takes it: it inherits all that its parent was started with. */
export function childRun({ journal, spec }: Segment, child: ChildState): NewRun {
  const { run } = journal;
  const { organisation, environment, user, startedBy, batchId, traceId, parent, labels } = run;
  const maxDepth = Math.min(spec.team?.maxDepth ?? Infinity, parent?.maxDepth ?? Infinity);
  return {
    runId: child.childId,
    agentId: child.agentId,
    agentName: child.agentName,
    agentVersion: child.agentVersion,
    input: { text: child.task },
    ...{ organisation, environment, traceId },
    ...(user !== null && { user }),
    ...(startedBy && { startedBy }),
    ...(batchId !== null && { batchId }),
    ...(labels.length > 0 && { labels }),
    parent: {
      runId: run.runId,
      rootId: parent?.rootId ?? run.runId,
      depth: (parent?.depth ?? 0) + 1,
      callId: child.callId,
      rootAgent: parent?.rootAgent ?? { agentId: run.agentId, agentVersion: run.agentVersion },
      ...boardOf(run),
      ...(maxDepth !== Infinity && { maxDepth }),
      ...(child.budgetMicros !== null && { budgetMicros: child.budgetMicros }),
      ...approvalsOf(spec.approvals),
      ...effectsOf(run),
    },
    interactive: false,
  };
}

/** A draft is kept in the journal of the root alone. */
function boardOf({ parent, draft }: Run): Pick<ParentRef, "blackboard"> {
  if (parent) return parent.blackboard ? { blackboard: parent.blackboard } : {};
  return draft ? { blackboard: draft.team?.blackboard ?? {} } : {};
}

/** A fork that makes no calls with side effects lets nobody else make them either. */
function effectsOf({ fork, parent }: Run): { effects?: ForkEffects } {
  const effects = fork?.effects ?? parent?.effects ?? "allow";
  return effects === "allow" ? {} : { effects };
}

/** Calls that a person approves in the parent are approved in what it begins, too. */
function approvalsOf(approvals: string[] | undefined) {
  return approvals && approvals.length > 0 ? { approvals } : {};
}
