import {
  Role,
  TaskState,
  type Artifact as TaskArtifact,
  type Message,
  type Task,
  type TaskStatus,
} from "@a2a-js/sdk";
import type { Interrupt } from "@flotilla/api";
import { inputText, type Artifact, type Run } from "@flotilla/core";
import { dataPart, filePart, textPart } from "./parts.ts";

/** A run with what else a task tells. */
export interface TaskParts {
  run: Run;
  artifacts: readonly Artifact[];
  /** What it asks now. */
  asks: readonly Interrupt[];
  /** The address that people open. */
  base: string;
  /** Messages of the history that are told. Default: all. */
  historyLength?: number | undefined;
}

/** A run as a task of the protocol: the run's id is the task's, its thread the context. */
export function taskOf(parts: TaskParts): Task {
  const { run, historyLength } = parts;
  const messages = [asked(run)];
  return {
    id: run.runId,
    contextId: contextOf(run),
    status: statusOf(parts),
    artifacts: artifactsOf(parts),
    history: historyLength === undefined ? messages : messages.slice(0, historyLength),
    metadata: { agent: run.agentName, version: run.agentVersion },
  };
}

/** A run outside of a thread is a context of its own. */
function contextOf({ threadId, runId }: Pick<Run, "threadId" | "runId">): string {
  return threadId ?? runId;
}

function statusOf({ run, asks }: Pick<TaskParts, "run" | "asks">): TaskStatus {
  const ended = "endedAt" in run ? run.endedAt : undefined;
  const timestamp = ended ?? run.startedAt ?? run.createdAt;
  return { state: stateOf(run, asks), timestamp, message: told(run, asks) };
}

/** Waits that nobody outside can end are work. */
function stateOf(run: Run, asks: readonly Interrupt[]): TaskState {
  switch (run.status) {
    case "pending":
      return TaskState.TASK_STATE_SUBMITTED;
    case "running":
      return TaskState.TASK_STATE_WORKING;
    case "waiting":
      return asks.length > 0 ? TaskState.TASK_STATE_INPUT_REQUIRED : TaskState.TASK_STATE_WORKING;
    case "completed":
      return TaskState.TASK_STATE_COMPLETED;
    case "failed":
      return TaskState.TASK_STATE_FAILED;
    case "cancelled":
      return TaskState.TASK_STATE_CANCELED;
  }
}

function message(run: Run, id: string, role: Role, parts: Message["parts"]): Message {
  return {
    messageId: `${run.runId}-${id}`,
    contextId: contextOf(run),
    taskId: run.runId,
    role,
    parts,
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

function asked(run: Run): Message {
  return message(run, "input", Role.ROLE_USER, [textPart(inputText(run.input))]);
}

/** What is asked comes as a text for people and as data, with all that an answer needs. */
function told(run: Run, asks: readonly Interrupt[]): Message | undefined {
  if (run.status === "failed") {
    const { code, message: text, remedy } = run.error;
    const parts = [textPart(`${text} ${remedy}`), dataPart({ code })];
    return message(run, "failed", Role.ROLE_AGENT, parts);
  }
  if (run.status !== "waiting" || asks.length === 0) return undefined;
  const parts = asks.flatMap((one) => {
    const { interruptId, kind, prompt, tool, hash, form, actions, display } = one;
    const shown = display ? `${prompt}\n\n${display.text}` : prompt;
    return [textPart(shown), dataPart({ interruptId, kind, tool, hash, form, actions })];
  });
  return message(run, asks.map(({ interruptId }) => interruptId).join("-"), Role.ROLE_AGENT, parts);
}

const bare = { description: "", metadata: undefined, extensions: [] };

/** The output, and what the run has made beside it, by address. */
function artifactsOf({ run, artifacts, base }: TaskParts): TaskArtifact[] {
  const files = artifacts.map(({ id, name, mediaType }) => ({
    ...bare,
    artifactId: id,
    name,
    parts: [filePart(`${base}/api/v1/artifacts/${id}`, name, mediaType)],
  }));
  return run.status === "completed" ? [outputOf(run), ...files] : files;
}

function outputOf(run: Extract<Run, { status: "completed" }>): TaskArtifact {
  const { output } = run;
  const part = typeof output === "string" ? textPart(output) : dataPart(output);
  return { ...bare, artifactId: `${run.runId}-output`, name: "output", parts: [part] };
}
