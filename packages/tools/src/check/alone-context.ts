import { FlotillaError, noCredentials, type TeamPort, type ToolContext } from "@flotilla/core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** What a call is given where there is no platform, and what ends it. */
export interface AloneContext {
  context: ToolContext;
  /** Removes the workspace. */
  close(): Promise<void>;
}

const user = { organisation: "default", environment: "dev", runId: null, by: "check" } as const;

const team: TeamPort = {
  board: async () => [],
  write: () => Promise.reject(absent("no blackboard")),
  send: () => Promise.reject(absent("nobody to write to")),
};

let calls = 0;

/** A context without a run: a temporary workspace, no credentials, no artifacts, no team. */
export function aloneContext(given: Partial<ToolContext> = {}): AloneContext {
  const callId = `c${++calls}-0`;
  let folder: Promise<string> | undefined;
  return {
    context: {
      runId: "run_check",
      callId,
      idempotencyKey: `run_check:${callId}`,
      attempt: 1,
      traceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      signal: new AbortController().signal,
      workspace: () => (folder ??= mkdtemp(join(tmpdir(), "flotilla-check-"))),
      artifact: (id) =>
        Promise.reject(new FlotillaError("not_found", `There is no artifact ${id}.`)),
      clock: {
        now: Date.now,
        async sleep(ms, signal) {
          await wait(ms, undefined, { ...(signal && { signal }) });
        },
      },
      place: (request) => noCredentials.place(request, user),
      team,
      connection: (kind) => Promise.reject(absent(`no ${kind} connection`)),
      organisation: user.organisation,
      environment: user.environment,
      agent: "check",
      labels: [],
      model: () => Promise.reject(absent("no model to ask")),
      image: () => Promise.reject(absent("no image model to ask")),
      label: () => undefined,
      fileLabels: {
        of: async () => undefined,
        all: async () => new Map(),
        keep: async () => undefined,
      },
      keep: async ({ mediaType, content }) => {
        const bytes = content.byteLength;
        return { id: `art_${"0".repeat(26)}`, mediaType, bytes };
      },
      ...given,
    },
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

function absent(what: string): FlotillaError {
  return new FlotillaError("tool_failed", `There is ${what} outside of a run.`);
}
