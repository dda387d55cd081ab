import { FlotillaError, noCredentials, type TeamPort, type ToolContext } from "@flotilla/core";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { ToolSources } from "./sources.ts";

let contexts = 0;
const user = {
  organisation: "default",
  environment: "prod",
  runId: "run_test",
  by: "test",
} as const;

/** Of a run that has no team. */
const alone: TeamPort = {
  board: async () => [],
  write: () =>
    Promise.reject(new FlotillaError("tool_input_invalid", "The blackboard has no keys.")),
  send: () => Promise.reject(new FlotillaError("tool_failed", "There is nobody to write to.")),
};

/** The context of a first try, with a workspace of its own that goes when the test does. */
export function testContext(overrides: Partial<ToolContext> = {}): ToolContext {
  const callId = `c${++contexts}-0`;
  let workspace: Promise<string> | undefined;
  return {
    runId: "run_test",
    callId,
    idempotencyKey: `run_test:${callId}`,
    attempt: 1,
    traceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    signal: new AbortController().signal,
    workspace: () => (workspace ??= temporaryFolder()),
    artifact: (id) => Promise.reject(new FlotillaError("not_found", `There is no artifact ${id}.`)),
    clock: { now: () => Date.UTC(2026, 1, 28, 23, 30, 15), sleep: async () => undefined },
    place: (request) => noCredentials.place(request, user),
    team: alone,
    connection: (kind) =>
      Promise.reject(new FlotillaError("tool_failed", `There is no ${kind} connection.`)),
    organisation: "default",
    environment: "prod",
    agent: "test",
    labels: [],
    model: () => Promise.reject(new FlotillaError("unknown_model", "There is no model to ask.")),
    image: () => Promise.reject(new FlotillaError("unknown_model", "There is no model to ask.")),
    label: () => undefined,
    fileLabels: {
      of: async () => undefined,
      all: async () => new Map(),
      keep: async () => undefined,
    },
    keep: ({ mediaType, content }) =>
      Promise.resolve({ id: `art_${"0".repeat(26)}`, mediaType, bytes: content.byteLength }),
    ...overrides,
  };
}

export async function temporaryFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "flotilla-tools-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, "workspace");
  await mkdir(folder);
  return folder;
}

const program = `
  import { openTools } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
  const outcomes = [];
  for (const { name, input, ...sources } of JSON.parse(process.argv[1])) {
    const context = { attempt: 1, signal: new AbortController().signal };
    const outcome = await openTools(sources)
      .then((port) => port.call(name, input, context))
      .then((result) => ({ result }), (error) => ({ error: error.toRecord() }));
    outcomes.push(outcome);
  }
  console.log(JSON.stringify(outcomes));
`;

/**
 * Opens sources of tools in a process of its own, since a test runner loads modules in its own way,
 * and calls a tool of each: `{ result }` or `{ error }`, in order.
 */
export async function callInNode(
  calls: (ToolSources & { name: string; input: object })[],
): Promise<unknown[]> {
  const args = ["--input-type=module", "--eval", program, JSON.stringify(calls)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as unknown[];
}
