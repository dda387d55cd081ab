import type { StreamResponse, Task } from "@a2a-js/sdk";
import { isTerminal, type Event, type Run } from "@flotilla/core";

/** Follows a run for clients of the protocol. */
export interface FollowedTask {
  /** The task as it is now, and its run. */
  read(): Promise<{ task: Task; run: Run }>;
  /** The run's events after a place, until it has ended or nobody waits any more. */
  follow(seq: number): Promise<AsyncIterable<Event>>;
}

/** The task, once it has ended or waits for an answer; as it is when nobody waits any more. */
export async function settledTask(followed: FollowedTask): Promise<Task> {
  let last: Task | undefined;
  for await (const { task } of snapshots(followed)) last = task;
  return last ?? (await followed.read()).task;
}

/**
 * The task, then what changes of it: its status, and texts as they are written. Ends with the run, or when the run asks
 * something, as the protocol has it.
 */
export async function* taskEvents(followed: FollowedTask): AsyncGenerator<StreamResponse> {
  let told = "";
  let first = true;
  const known = new Set<string>();
  for await (const { task, piece } of snapshots(followed)) {
    const { id: taskId, contextId, status } = task;
    if (first) {
      yield { payload: { $case: "task", value: task } };
      first = false;
      told = statusKey(task);
      for (const { artifactId } of task.artifacts) known.add(artifactId);
      continue;
    }
    const of = { taskId, contextId, metadata: piece };
    for (const artifact of task.artifacts.filter((one) => !known.has(one.artifactId))) {
      known.add(artifact.artifactId);
      const value = { ...of, artifact, append: false, lastChunk: true };
      yield { payload: { $case: "artifactUpdate", value } };
    }
    if (statusKey(task) === told && piece === undefined) continue;
    told = statusKey(task);
    yield { payload: { $case: "statusUpdate", value: { ...of, status } } };
  }
}

interface Snapshot {
  task: Task;
  /** What the run does meanwhile. */
  piece: Record<string, unknown> | undefined;
}

async function* snapshots({ read, follow }: FollowedTask): AsyncGenerator<Snapshot> {
  const { task, run } = await read();
  yield { task, piece: undefined };
  if (isSettled(task, run)) return;
  for await (const event of await follow(run.seq)) {
    const piece = pieceOf(event);
    if (piece === undefined && !changesStatus(event)) continue;
    const now = await read();
    yield { task: now.task, piece };
    if (isSettled(now.task, now.run)) return;
  }
  const end = await read();
  yield { task: end.task, piece: undefined };
}

/** It goes on no more, or not before somebody has answered. */
function isSettled({ status }: Task, run: Run): boolean {
  return isTerminal(run.status) || (run.status === "waiting" && status?.message !== undefined);
}

function statusKey({ status }: Task): string {
  return `${status?.state} ${status?.message?.messageId}`;
}

function changesStatus({ type }: Event): boolean {
  return type.startsWith("run.") || type === "segment.started" || type.startsWith("interrupt.");
}

/** What is told of work under way, beside the status. */
function pieceOf(event: Event): Record<string, unknown> | undefined {
  switch (event.type) {
    case "step.started":
      return { step: event.step };
    case "effect.intended":
      return { step: event.step, tool: event.tool };
    default:
      return undefined;
  }
}
