import type {
  CancelTaskRequest,
  GetTaskRequest,
  ListTasksRequest,
  ListTasksResponse,
  Message,
  SendMessageRequest,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
} from "@a2a-js/sdk";
import { TaskState } from "@a2a-js/sdk";
import {
  ExtendedAgentCardNotConfiguredError,
  PushNotificationNotSupportedError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from "@a2a-js/sdk/errors";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { createHash } from "node:crypto";
import type { Interrupt, Page } from "@flotilla/api";
import {
  FlotillaError,
  isTerminal,
  type Artifact,
  type Event,
  type InboxItem,
  type Run,
  type RunSummary,
  type Thread,
} from "@flotilla/core";
import type { Ask } from "../http/own-request.ts";
import type { Place } from "../mcp/call.ts";
import { answerOf } from "./answer.ts";
import { settledTask, taskEvents, type FollowedTask } from "./follow-task.ts";
import { readParts, type Said } from "./parts.ts";
import { taskOf } from "./task.ts";

export interface TaskHandlerParts {
  agent: string;
  /** The platform's API, in the caller's name. */
  ask: Ask;
  base: string;
  follow(place: Place): Promise<AsyncIterable<Event>>;
}

const mostTasks = 100;
const statuses: Partial<Record<TaskState, RunSummary["status"]>> = {
  [TaskState.TASK_STATE_SUBMITTED]: "pending",
  [TaskState.TASK_STATE_WORKING]: "running",
  [TaskState.TASK_STATE_INPUT_REQUIRED]: "waiting",
  [TaskState.TASK_STATE_COMPLETED]: "completed",
  [TaskState.TASK_STATE_FAILED]: "failed",
  [TaskState.TASK_STATE_CANCELED]: "cancelled",
};

/**
 * What other agents ask of one of ours. A task is a run and a context is a thread; all of it is done by the platform's own
 * API, in the caller's name, so nothing is kept here.
 */
export class TaskHandler implements A2ARequestHandler {
  readonly #parts: TaskHandlerParts;

  constructor(parts: TaskHandlerParts) {
    this.#parts = parts;
  }

  async sendMessage(request: SendMessageRequest): Promise<Task> {
    const { returnImmediately, historyLength } = request.configuration ?? {};
    const taskId = await this.#take(request);
    const followed = this.#followed(taskId, historyLength);
    return returnImmediately ? (await followed.read()).task : settledTask(followed);
  }

  async *sendMessageStream(request: SendMessageRequest): AsyncGenerator<StreamResponse> {
    const taskId = await this.#take(request);
    yield* taskEvents(this.#followed(taskId, request.configuration?.historyLength));
  }

  async *resubscribe({ id }: SubscribeToTaskRequest): AsyncGenerator<StreamResponse> {
    const run = await this.#run(id);
    if (isTerminal(run.status)) throw new UnsupportedOperationError(`Task ${id} has ended.`);
    yield* taskEvents(this.#followed(id));
  }

  async getTask({ id, historyLength }: GetTaskRequest): Promise<Task> {
    return (await this.#followed(id, historyLength).read()).task;
  }

  async cancelTask({ id }: CancelTaskRequest): Promise<Task> {
    const run = await this.#run(id);
    if (isTerminal(run.status)) throw new TaskNotCancelableError(`Task ${id} has ended.`);
    const body = { reason: "cancelled by its A2A client" };
    await this.#ask({ method: "POST", path: `/runs/${id}/cancel`, body });
    const ended = await this.#ended(id, run.seq);
    return (await this.#followed(ended).read()).task;
  }

  async listTasks(request: ListTasksRequest): Promise<ListTasksResponse> {
    const { agent } = this.#parts;
    const pageSize = Math.min(Math.max(1, request.pageSize ?? 50), mostTasks);
    const query = new URLSearchParams({ agent, limit: String(pageSize) });
    const status = statuses[request.status];
    if (status) query.set("status", status);
    if (request.pageToken) query.set("cursor", request.pageToken);
    const path = `/runs?${query.toString()}`;
    const page = await this.#ask<Page<RunSummary>>({ method: "GET", path });
    const all = await Promise.all(
      page.items.map(async ({ runId }) => this.#followed(runId, request.historyLength).read()),
    );
    const tasks = all
      .map(({ task }) => task)
      .filter(({ contextId }) => !request.contextId || contextId === request.contextId);
    const nextPageToken = page.nextCursor ?? "";
    return { tasks, nextPageToken, pageSize, totalSize: tasks.length };
  }

  async getAgentCard(): Promise<never> {
    throw new UnsupportedOperationError("The card is read by its address.");
  }

  async getAuthenticatedExtendedAgentCard(): Promise<never> {
    throw new ExtendedAgentCardNotConfiguredError();
  }

  async createTaskPushNotificationConfig(): Promise<never> {
    throw new PushNotificationNotSupportedError();
  }

  async getTaskPushNotificationConfig(): Promise<never> {
    throw new PushNotificationNotSupportedError();
  }

  async listTaskPushNotificationConfigs(): Promise<never> {
    throw new PushNotificationNotSupportedError();
  }

  async deleteTaskPushNotificationConfig(): Promise<never> {
    throw new PushNotificationNotSupportedError();
  }

  /** Does what a message asks: to begin, to go on in a context, to answer, or to say something to a run. Gives the task. */
  async #take({ message, configuration }: SendMessageRequest): Promise<string> {
    if (!message?.messageId) throw new RequestMalformedError("The message has no messageId.");
    if (configuration?.taskPushNotificationConfig) throw new PushNotificationNotSupportedError();
    const said = readParts(message.parts);
    if (!message.taskId) return this.#begin(message, said);
    const run = await this.#run(message.taskId);
    if (isTerminal(run.status)) {
      throw new UnsupportedOperationError(
        `Task ${run.runId} has ended; send the message in its context, without a task.`,
      );
    }
    const asks = run.status === "waiting" ? await this.#asks(run.runId) : [];
    if (asks.length > 0) await this.#answer(asks, said);
    else await this.#say(run.runId, message, said);
    return run.runId;
  }

  async #begin(message: Message, { text, attachments, data }: Said): Promise<string> {
    const { agent } = this.#parts;
    const threadId = message.contextId || (await this.#newThread(message));
    const told = [text, ...data.map((one) => JSON.stringify(one))].filter((one) => one !== "");
    if (told.length === 0 && attachments.length === 0) {
      throw new RequestMalformedError("The message says nothing.");
    }
    const names = attachments.map(({ name }) => name).join(", ");
    const body = { agent, text: told.join("\n\n") || `See ${names}.`, attachments };
    const path = `/threads/${encodeURIComponent(threadId)}/messages`;
    const idempotencyKey = keyOf("message", message);
    const run = await this.#ask<RunSummary>({ method: "POST", path, body, idempotencyKey });
    return run.runId;
  }

  async #newThread(message: Message): Promise<string> {
    const body = { agent: this.#parts.agent };
    const idempotencyKey = keyOf("thread", message);
    const path = "/threads";
    return (await this.#ask<Thread>({ method: "POST", path, body, idempotencyKey })).id;
  }

  async #answer(asks: readonly Interrupt[], said: Said): Promise<void> {
    const { interrupt, body } = answerOf(asks, said);
    const { runId, interruptId } = interrupt;
    const path = `/runs/${runId}/interrupts/${encodeURIComponent(interruptId)}/answer`;
    await this.#ask({ method: "POST", path, body });
  }

  async #say(runId: string, message: Message, { text }: Said): Promise<void> {
    if (text === "") throw new RequestMalformedError("To a task under way a text can be said.");
    const idempotencyKey = keyOf("said", message);
    const path = `/runs/${runId}/messages`;
    await this.#ask({ method: "POST", path, body: { text }, idempotencyKey });
  }

  async #ended(runId: string, seq: number): Promise<string> {
    for await (const _ of await this.#parts.follow({ runId, seq }));
    return runId;
  }

  #followed(runId: string, historyLength?: number): FollowedTask {
    return {
      read: async () => {
        const run = await this.#run(runId);
        const asks = run.status === "waiting" ? await this.#asks(runId) : [];
        const artifacts = await this.#artifacts(runId);
        const { base } = this.#parts;
        return { run, task: taskOf({ run, asks, artifacts, base, historyLength }) };
      },
      follow: (seq) => this.#parts.follow({ runId, seq }),
    };
  }

  /** A run of this agent. Throws `TaskNotFoundError`. */
  async #run(runId: string): Promise<Run> {
    if (!/^run_[0-9a-z]{26}$/.test(runId))
      throw new TaskNotFoundError(`There is no task ${runId}.`);
    const run = await this.#ask<Run>({ method: "GET", path: `/runs/${runId}` });
    if (run.agentName === this.#parts.agent) return run;
    throw new TaskNotFoundError(`There is no task ${runId}.`);
  }

  async #asks(runId: string): Promise<Interrupt[]> {
    const { items } = await this.#ask<Page<InboxItem>>({
      method: "GET",
      path: `/inbox?runId=${runId}`,
    });
    return Promise.all(
      items.map(({ interruptId }) => {
        const path = `/runs/${runId}/interrupts/${encodeURIComponent(interruptId)}`;
        return this.#ask<Interrupt>({ method: "GET", path });
      }),
    );
  }

  async #artifacts(runId: string): Promise<Artifact[]> {
    const path = `/runs/${runId}/artifacts?limit=100`;
    return (await this.#ask<Page<Artifact>>({ method: "GET", path })).items;
  }

  /** What the platform refuses, in the protocol's words. */
  async #ask<T>(asked: Parameters<Ask>[0]): Promise<T> {
    try {
      return await this.#parts.ask<T>(asked);
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      const { code, message, remedy } = error;
      if (code === "internal" || code === "unavailable") throw error;
      const text = `${message} ${remedy}`;
      throw code === "not_found" ? new TaskNotFoundError(text) : new RequestMalformedError(text);
    }
  }
}

/** A message that is sent again has its effect once. */
function keyOf(what: string, { messageId }: Message): string {
  const id = createHash("sha256").update(messageId).digest("base64url");
  return `a2a-${what}-${id}`;
}
