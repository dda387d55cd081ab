import type { ToolContext } from "@flotilla/core";
import { z } from "zod";
import type { EndReason, RunEnded } from "../sandbox/sandbox.ts";
import type { SandboxSettings } from "../sandbox/settings.ts";
import { sharedSandbox } from "../sandbox/shared-sandbox.ts";
import { outputSchema, showOutput } from "./output.ts";
import type { openTurns } from "./turns.ts";
import { labelChanged, labelReadable } from "./workspace-files.ts";

/** The longest argument that Linux hands to a program. */
const mostCodeBytes = 120_000;
const megabyte = 2 ** 20;

/** What the tools that run programs have in common. */
export interface CodeParts {
  settings: SandboxSettings;
  /** Where a launcher is built, where one has to be. */
  folder: string;
  workspaceBytes: number;
  inTurn: ReturnType<typeof openTurns>;
}

export function codeInput({ seconds, memoryMegabytes }: SandboxSettings) {
  return z.strictObject({
    code: z
      .string()
      .min(1)
      .refine((code) => Buffer.byteLength(code) <= mostCodeBytes, {
        error: `code has at most ${mostCodeBytes} bytes; write a longer one to a file and run that`,
      }),
    args: z.array(z.string().max(10_000)).max(100).optional(),
    stdin: z.string().max(megabyte).optional(),
    seconds: z
      .int()
      .min(1)
      .max(seconds)
      .optional()
      .describe(`at most, and if left out, ${seconds}`),
    memoryMegabytes: z.int().min(32).max(memoryMegabytes).optional(),
  });
}
export type CodeInput = z.output<ReturnType<typeof codeInput>>;

export const codeOutput = z.strictObject({
  exitCode: z.int().describe("0 for success; 128 and the signal's number where one ended it"),
  ended: z.string().optional().describe("why it was ended, where it did not end by itself"),
  stdout: outputSchema,
  stderr: outputSchema,
  milliseconds: z.int(),
});
export type CodeOutput = z.infer<typeof codeOutput>;

/**
 * What runs again after a crash begins from the start, in the workspace as it was left. Nothing of it has left the
 * workspace, and nobody could say how far it came, so a person is not asked.
 */
export const codeContract = {
  output: codeOutput,
  risk: "write",
  reach: "run",
  recovery: "idempotent",
  maxAttempts: 1,
  // It fails by what it was asked for.
  breaker: false,
} as const;

/** Longer than any program may take: it is ended by its own limit, and says so. */
export function timeoutOf({ seconds }: SandboxSettings): number {
  return (seconds + 60) * 1_000;
}

/** Runs a program in the run's workspace, within what the operator allows. */
export async function runCode(
  parts: CodeParts,
  program: { command: string; args: string[] },
  input: CodeInput,
  context: ToolContext,
): Promise<CodeOutput> {
  const { settings, folder, inTurn } = parts;
  const { tier, readable } = settings;
  const sandbox = await sharedSandbox({ folder, tier, readable });
  const workspace = await context.workspace();
  return inTurn(async () => {
    context.signal.throwIfAborted();
    const labels = await labelReadable(context, workspace);
    const since = Date.now();
    try {
      const ended = await sandbox.run({
        ...program,
        workspace,
        limits: limitsOf(parts, input),
        outputBytes: settings.outputMegabytes * megabyte,
        network: "none",
        signal: context.signal,
        ...(input.stdin !== undefined && { stdin: input.stdin }),
      });
      context.signal.throwIfAborted();
      return await present(parts, input, context, ended);
    } finally {
      await labelChanged(context, workspace, since, labels);
    }
  });
}

function limitsOf({ settings, workspaceBytes }: CodeParts, input: CodeInput) {
  const { seconds = settings.seconds, memoryMegabytes = settings.memoryMegabytes } = input;
  return {
    cpuSeconds: settings.cpuSeconds,
    memoryBytes: memoryMegabytes * megabyte,
    processes: settings.processes,
    fileBytes: workspaceBytes,
    diskBytes: workspaceBytes,
    wallMs: seconds * 1_000,
  };
}

async function present(
  parts: CodeParts,
  input: CodeInput,
  context: ToolContext,
  { exitCode, reason, wallMs, stdout, stderr }: RunEnded,
): Promise<CodeOutput> {
  const ended = explain(reason, parts, input);
  return {
    exitCode,
    ...(ended !== undefined && { ended }),
    stdout: await showOutput(context, "stdout", stdout),
    stderr: await showOutput(context, "stderr", stderr),
    milliseconds: wallMs,
  };
}

function explain(
  reason: EndReason,
  { settings, workspaceBytes }: CodeParts,
  { seconds = settings.seconds, memoryMegabytes = settings.memoryMegabytes }: CodeInput,
): string | undefined {
  const files = `${Math.floor(workspaceBytes / megabyte)} MiB`;
  const reasons: Record<EndReason, string | undefined> = {
    exited: undefined,
    stopped: "It was stopped.",
    cpu: `It used more than ${settings.cpuSeconds} s of the processor.`,
    wall: `It took longer than ${seconds} s.`,
    memory: `It needed more than ${memoryMegabytes} MiB of memory.`,
    processes: `It had more than ${settings.processes} processes and threads.`,
    file: `It wrote a file of more than ${files}.`,
    disk: `It wrote more files than the workspace may hold (${files}); delete some.`,
    output: `It wrote more than ${settings.outputMegabytes} MiB of output; write to a file instead.`,
  };
  return reasons[reason];
}
