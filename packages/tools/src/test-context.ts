import type { ToolContext } from "@flotilla/core";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

let calls = 0;

/** The context of a first try, with a workspace of its own that goes when the test does. */
export function testContext(overrides: Partial<ToolContext> = {}): ToolContext {
  const callId = `c${++calls}-0`;
  let workspace: Promise<string> | undefined;
  return {
    runId: "run_test",
    callId,
    idempotencyKey: `run_test:${callId}`,
    attempt: 1,
    signal: new AbortController().signal,
    workspace: () => (workspace ??= temporaryFolder()),
    clock: { now: () => Date.UTC(2026, 1, 28, 23, 30, 15), sleep: async () => undefined },
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
