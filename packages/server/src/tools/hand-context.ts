import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolCalled } from "@flotilla/api";
import {
  childTraceParent,
  endpointsOf,
  FlotillaError,
  newId,
  pickConnection,
  placeholdersOf,
  type Caller,
  type FileLabels,
  type Label,
  type Permission,
  type SettingsOf,
  type ToolContext,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { AppParts } from "../app-parts.ts";

/** What content a call may keep altogether: it is part of the answer. */
const mostKeptBytes = 8 * 1024 * 1024;

export interface HandCall {
  tool: string;
  callId: string;
  /** 32 hexadecimal digits. */
  traceId: string;
  caller: Caller;
  store: StoreView;
  signal: AbortSignal;
  /** Throws when the caller may not. */
  permit(permission: Permission, resource: string): Promise<void>;
  may(permission: Permission, resource: string): boolean;
}

export interface HandContext {
  context: ToolContext;
  found: Set<Label>;
  kept: ToolCalled["kept"];
  /** Removes the workspace. */
  close(): Promise<void>;
}

/**
 * What a call by hand is given: a temporary workspace, what its caller may use of the organisation's connections and
 * credentials, no run, no team. What it keeps is gathered for the answer.
 */
export function handContext(parts: AppParts, call: HandCall): HandContext {
  const { tool, callId, caller, signal, store } = call;
  const { organisation, environment } = caller;
  const user = { organisation, environment, runId: null, by: tool };
  const found = new Set<Label>();
  const kept: HandContext["kept"] = [];
  let folder: Promise<string> | undefined;
  const context: ToolContext = {
    ...{ runId: callId, callId, idempotencyKey: callId, attempt: 1, signal },
    ...{ organisation, environment, agent: "by hand", labels: [] },
    ...(caller.kind === "user" && { by: caller.id }),
    traceParent: childTraceParent(call.traceId, Math.random),
    clock: parts.clock,
    team: {
      board: async () => [],
      write: () => Promise.reject(outside("a blackboard")),
      send: () => Promise.reject(outside("somebody to write to")),
    },
    model: () => Promise.reject(outside("a budget that models are called under")),
    image: () => Promise.reject(outside("a budget that models are called under")),
    label: (...more) => more.forEach((label) => found.add(label)),
    fileLabels: labelsInMemory(),
    keep: async ({ name, mediaType, content }) => {
      const bytes = content.byteLength;
      if (kept.reduce((sum, one) => sum + one.bytes, bytes) > mostKeptBytes) throw tooMuch();
      const id = newId("art", parts.clock.now());
      const base64 = Buffer.from(content).toString("base64");
      kept.push({ id, name: name ?? id, mediaType, bytes, base64 });
      return { id, mediaType, bytes };
    },
    artifact: (id) => Promise.reject(new FlotillaError("not_found", `There is no artifact ${id}.`)),
    async place(request) {
      for (const name of placeholdersOf(request)) await call.permit("credentials.use", name);
      return parts.vault.credentials.place(request, user);
    },
    async connection(kind, name) {
      const all = await store.connections.list();
      const usable = all.filter((one) => call.may("connections.use", one.name));
      const picked = pickConnection(kind, name, usable);
      const { credential, settings } = picked;
      if (credential !== null) await call.permit("credentials.use", credential);
      const login =
        credential === null
          ? null
          : await parts.vault.credentials.login(credential, endpointsOf(settings), user);
      return { name: picked.name, settings: settings as SettingsOf<typeof kind>, login };
    },
    workspace: () => (folder ??= mkdtemp(join(tmpdir(), "flotilla-call-"))),
  };
  return {
    ...{ context, found, kept },
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

function labelsInMemory(): FileLabels {
  const labels = new Map<string, Label[]>();
  return {
    of: async (path) => labels.get(path),
    all: async () => new Map(labels),
    async keep(paths, of) {
      for (const path of paths) {
        if (of === null) labels.delete(path);
        else labels.set(path, [...of]);
      }
    },
  };
}

function outside(what: string): FlotillaError {
  return new FlotillaError("tool_failed", `There is not ${what}: the call belongs to no run.`, {
    remedy: "Have an agent's run make the call.",
  });
}

function tooMuch(): FlotillaError {
  return new FlotillaError(
    "tool_failed",
    `The call keeps more than ${mostKeptBytes} bytes, which an answer cannot hold.`,
    { remedy: "Have an agent's run make the call: what it keeps are artifacts." },
  );
}
