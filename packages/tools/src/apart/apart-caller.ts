import { fork, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FlotillaError, type Json, type ToolContext } from "@flotilla/core";
import { describeEnd } from "../watchdog/process-end.ts";
import { packError, unpackError } from "./apart-error.ts";
import type {
  ApartAnswer,
  ApartQuestion,
  ApartRequest,
  ApartSetup,
  FromApart,
  ToApart,
} from "./message.ts";

const entry = fileURLToPath(new URL("./apart-process.ts", import.meta.url));
const compileCache = join(tmpdir(), "node-compile-cache");
/** How long a call that is to stop may take to come back before its process is ended. */
const abortGraceMs = 1_000;

interface Pending {
  request: ApartRequest;
  context: ToolContext;
  /** It was told to stop: however its process ends now, that is why. */
  isStopped: boolean;
  resolve: (output: Json | undefined) => void;
  reject: (error: FlotillaError) => void;
}

/** A process of its own for tool calls, one at a time. A call that ends it says so and harms nobody else. */
export class ApartCaller {
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  #pending: Pending | undefined;
  isGone = false;

  constructor(setup: ApartSetup) {
    const memory = setup.memoryBytes === null ? [] : [heapFlag(setup.memoryBytes)];
    this.#child = fork(entry, {
      // What the runtime itself reads; the rest is told.
      env: { NODE_COMPILE_CACHE: compileCache, ...runtimeEnvironment() },
      execArgv: ["--disable-warning=ExperimentalWarning", ...memory],
    });
    this.#ready.promise.catch(() => undefined);
    this.#child.on("message", (message: FromApart) => this.#receive(message));
    this.#child.once("error", (error) => this.#end(error.message));
    this.#child.once("exit", (code, signal) => this.#end(describeEnd(code, signal)));
    this.#tell({ type: "setup", ...setup });
  }

  /** As `ToolPort` promises it; throws `worker_killed` when the call ended the process. */
  async perform(
    what: ApartRequest["what"],
    name: string,
    input: Json,
    context: ToolContext,
  ): Promise<Json | undefined> {
    await this.#ready.promise;
    const { runId, callId, idempotencyKey, attempt, traceParent, signal } = context;
    const { organisation, environment, agent, by, labels, workspaceLock } = context;
    const plain = {
      ...{ runId, callId, idempotencyKey, attempt, traceParent },
      ...{ organisation, environment, agent, labels },
      ...(by !== undefined && { by }),
      ...(workspaceLock !== undefined && { workspaceLock }),
    };
    const request: ApartRequest = { type: "perform", what, name, input, context: plain };
    const { promise, resolve, reject } = Promise.withResolvers<Json | undefined>();
    const pending: Pending = { request, context, isStopped: false, resolve, reject };
    this.#pending = pending;
    let timer: NodeJS.Timeout | undefined;
    const abort = () => {
      pending.isStopped = true;
      this.#tell({ type: "abort" });
      timer = setTimeout(() => {
        reject(cancelled(name));
        this.end();
      }, abortGraceMs);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    this.#tell(request);
    try {
      return await promise;
    } finally {
      this.#pending = undefined;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  end(): void {
    this.isGone = true;
    this.#child.kill("SIGKILL");
  }

  /** A process that is gone answers nothing more. */
  #tell(message: ToApart): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromApart): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "done":
        return this.#pending?.resolve(message.output);
      case "failed":
        return this.#pending?.reject(unpackError(message.error));
      case "label":
        return this.#pending?.context.label(...message.labels);
      case "ask":
        return void this.#answer(message.id, message.question);
    }
  }

  async #answer(id: number, question: ApartQuestion): Promise<void> {
    const { context } = this.#pending ?? {};
    if (!context) return;
    try {
      this.#tell({ type: "answer", id, value: await answerOf(context, question) });
    } catch (thrown) {
      this.#tell({ type: "refusal", id, error: packError(thrown) });
    }
  }

  #end(how: string): void {
    this.isGone = true;
    const cannotStart = `The process for calls made apart did not start: ${how}.`;
    this.#ready.reject(new FlotillaError("tool_failed", cannotStart, { transient: true }));
    if (!this.#pending) return;
    const { request, isStopped, reject } = this.#pending;
    reject(isStopped ? cancelled(request.name) : killed(request, how));
  }
}

function cancelled(name: string): FlotillaError {
  return new FlotillaError("cancelled", `The call of ${name} was cancelled.`);
}

function killed({ name, context: { callId } }: ApartRequest, how: string): FlotillaError {
  return new FlotillaError(
    "worker_killed",
    `The call ${callId} of ${name} ended the process it was made in: ${how}.`,
    { transient: true, details: { tool: name, callId, how } },
  );
}

async function answerOf(context: ToolContext, question: ApartQuestion): Promise<ApartAnswer> {
  switch (question.kind) {
    case "workspace":
      return context.workspace();
    case "artifact": {
      const { artifact, content } = await context.artifact(question.id);
      return { artifact, content: Buffer.from(content).toString("base64") };
    }
    case "place": {
      const { url, ...request } = question.request;
      const placed = await context.place({ ...request, url: new URL(url) });
      return { ...placed, url: placed.url.href };
    }
    case "connection":
      return context.connection(question.of, question.name);
    case "keep": {
      const { content, ...about } = question.artifact;
      return context.keep({ ...about, content: Buffer.from(content, "base64") });
    }
    case "fileLabels":
      return (await context.fileLabels.of(question.path)) ?? null;
    case "allFileLabels":
      return [...(await context.fileLabels.all())];
    case "keepFileLabels":
      await context.fileLabels.keep(question.paths, question.labels);
      return null;
    case "board":
      return context.team.board();
    case "write":
      return context.team.write(question.key, question.version, question.value);
    case "send":
      return context.team.send(question.to, question.text);
    case "model":
      return context.model(question.question);
    case "image":
      return context.image(question.question);
  }
}

function heapFlag(memoryBytes: number): string {
  return `--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`;
}

function runtimeEnvironment(): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "NODE_EXTRA_CA_CERTS"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
