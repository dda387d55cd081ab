import { setTimeout as wait } from "node:timers/promises";
import type { Artifact, Clock, TeamPort, ToolContext } from "@flotilla/core";
import { loadTools, type ToolSet } from "../registry.ts";
import { startWatchdog } from "../watchdog/watchdog.ts";
import { packError, unpackError } from "./apart-error.ts";
import type { ApartAnswer, ApartQuestion, ApartRequest, FromApart, ToApart } from "./message.ts";

/**
 * The process that calls are made in which may have ended another one. It makes one call at a time; what the
 * call asks of its context is asked of the process that started this one, and it ends with that.
 */
let tools: Promise<ToolSet> | undefined;
let stop = new AbortController();
let asked = 0;
const open = new Map<number, PromiseWithResolvers<ApartAnswer>>();

const clock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    wait(ms, undefined, { ...(signal && { signal }) }).catch(() => {
      throw signal?.reason;
    }),
};

function tell(message: FromApart): void {
  process.send?.(message);
}

function ask(question: ApartQuestion): Promise<ApartAnswer> {
  const id = ++asked;
  const answer = Promise.withResolvers<ApartAnswer>();
  open.set(id, answer);
  tell({ type: "ask", id, question });
  return answer.promise.finally(() => open.delete(id));
}

function contextOf(request: ApartRequest): ToolContext {
  return {
    ...request.context,
    signal: stop.signal,
    clock,
    workspace: () => ask({ kind: "workspace" }) as Promise<string>,
    label: (...labels) => tell({ type: "label", labels }),
    keep: ({ content, ...about }) =>
      ask({
        kind: "keep",
        artifact: { ...about, content: Buffer.from(content).toString("base64") },
      }) as ReturnType<ToolContext["keep"]>,
    fileLabels: {
      of: async (path) =>
        ((await ask({ kind: "fileLabels", path })) as string[] | null) ?? undefined,
      all: async () => new Map((await ask({ kind: "allFileLabels" })) as [string, string[]][]),
      keep: async (paths, labels) => void (await ask({ kind: "keepFileLabels", paths, labels })),
    },
    async artifact(id) {
      const found = (await ask({ kind: "artifact", id })) as {
        artifact: Artifact;
        content: string;
      };
      const content = Buffer.from(found.content, "base64");
      return { artifact: found.artifact, content, text: new TextDecoder().decode(content) };
    },
    async place({ url, method, headers }) {
      const plain = { url: url.href, method, headers };
      const placed = (await ask({ kind: "place", request: plain })) as typeof plain;
      return { ...placed, url: new URL(placed.url) };
    },
    connection: (of, name) => ask({ kind: "connection", of, name }) as Promise<never>,
    model: (question) => ask({ kind: "model", question }) as ReturnType<ToolContext["model"]>,
    image: (question) => ask({ kind: "image", question }) as ReturnType<ToolContext["image"]>,
    team: {
      board: () => ask({ kind: "board" }) as ReturnType<TeamPort["board"]>,
      write: (key, version, value) =>
        ask({ kind: "write", key, version, value }) as ReturnType<TeamPort["write"]>,
      send: (to, text) => ask({ kind: "send", to, text }) as ReturnType<TeamPort["send"]>,
    },
  };
}

async function perform(request: ApartRequest): Promise<void> {
  const { what, name, input } = request;
  stop = new AbortController();
  try {
    const set = await tools;
    if (!set) throw new Error("a call came before its tools");
    if (what === "call") {
      tell({ type: "done", output: await set.call(name, input, contextOf(request)) });
      return;
    }
    const found = await set.reconcile(name, input, contextOf(request));
    tell({ type: "done", ...found });
  } catch (thrown) {
    tell({ type: "failed", error: packError(thrown) });
  }
}

async function receive(message: ToApart): Promise<void> {
  switch (message.type) {
    case "setup": {
      const { sources, settings, memoryBytes, hangMs, environment } = message;
      Object.assign(process.env, environment);
      startWatchdog({ memoryBytes, endsWithParent: true, ...(hangMs !== undefined && { hangMs }) });
      tools = loadTools({ settings, ...sources });
      await tools;
      return tell({ type: "ready" });
    }
    case "perform":
      return perform(message);
    case "abort":
      return stop.abort();
    case "answer":
      return open.get(message.id)?.resolve(message.value);
    case "refusal":
      return open.get(message.id)?.reject(unpackError(message.error));
  }
}

process.on("message", (message: ToApart) => void receive(message));
process.on("disconnect", () => process.exit(0));
