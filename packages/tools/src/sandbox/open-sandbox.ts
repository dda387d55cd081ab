import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmdirSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { FlotillaError, sandboxHeldBack, sandboxTurnedOff, type SandboxTier } from "@flotilla/core";
import { bubblewrapCommand } from "./bubblewrap.ts";
import { launcherFile } from "./launcher-file.ts";
import { runProgram } from "./run-program.ts";
import { defaultLimits, type Sandbox, type SandboxSpec } from "./sandbox.ts";
import { startProgram, type StartedProgram } from "./start-program.ts";
import { devices, filesOf, findProgram, programPath, systemReadable } from "./system-paths.ts";
import { WarmLaunchers } from "./warm-launchers.ts";
import { readPairs, type LauncherSpec } from "./write-spec.ts";

const bubblewrap = "/usr/bin/bwrap";
const defaultOutputBytes = 2 ** 20;

export interface OpenSandbox {
  /** Where a launcher that has to be built is kept. Default: a folder of this user's for temporary files. */
  folder?: string;
  /** No stronger tier than this one. Default: the strongest there is. */
  tier?: SandboxTier;
  /** Beside the system's paths, for every program. */
  readable?: readonly string[];
}

/** What programs are started with. */
interface Means {
  launcher: string;
  warm: WarmLaunchers;
  hasBubblewrap: boolean;
  readable: readonly string[];
}

/**
 * Finds out what this machine has by trying it: a program is started in each tier, from the strongest, and the
 * first that it runs in is taken. Never rejects; where there is none, every start is refused with the reason.
 */
export async function openSandbox(options: OpenSandbox = {}): Promise<Sandbox> {
  const { tier: most = "landlock+bubblewrap", readable = [] } = options;
  const folder = options.folder ?? join(tmpdir(), `flotilla-launcher-${process.getuid?.() ?? 0}`);
  const lacks: string[] = [];
  try {
    if (most === "none") throw new Error(sandboxTurnedOff);
    const launcher = await realpath(await launcherFile(folder));
    await checkKernel(launcher);
    const warm = new WarmLaunchers(launcher);
    for (const tier of ["landlock+bubblewrap", "landlock"] as const) {
      if (tier === "landlock+bubblewrap" && most === "landlock") {
        lacks.push(sandboxHeldBack);
        continue;
      }
      const means = { launcher, warm, hasBubblewrap: tier === "landlock+bubblewrap", readable };
      const refusal = await tryOut(means);
      if (refusal === undefined) return sandboxOf(tier, lacks.join("; "), means);
      lacks.push(refusal);
    }
  } catch (thrown) {
    lacks.push((thrown as Error).message);
  }
  return noSandbox(lacks.join("; "));
}

/** Rejects with what is missing. */
async function checkKernel(launcher: string): Promise<void> {
  const { stdout } = await promisify(execFile)(launcher, ["probe"]);
  const pairs = readPairs(stdout);
  if (pairs.get("landlock") === "0") {
    throw new Error(
      `this kernel has no Landlock (${pairs.get("why")}); it takes Linux 5.13 with it`,
    );
  }
  if (pairs.get("filter") !== "1") throw new Error("this kernel filters no calls (seccomp)");
  if (pairs.get("tree") !== "1")
    throw new Error("/proc does not show the processes that are started");
}

/** Why no program can be run by these means; `undefined` when one can. */
async function tryOut(means: Means): Promise<string | undefined> {
  if (means.hasBubblewrap && !existsSync(bubblewrap)) return `${bubblewrap} is not installed`;
  const workspace = await mkdtemp(join(tmpdir(), "flotilla-sandbox-"));
  try {
    const spec: SandboxSpec = { command: "true", args: [], workspace, network: "none" };
    const { program, end } = await start(means, spec);
    const { exitCode, stderr } = await end(runProgram(program, { outputBytes: 10_000 }));
    return exitCode === 0 ? undefined : stderr.toString().trim() || `it ended with ${exitCode}`;
  } catch (thrown) {
    return (thrown as Error).message;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** Starts a program with a folder for temporary files of its own, which `end` removes after it. */
async function start(
  means: Means,
  spec: SandboxSpec,
): Promise<{ program: StartedProgram; end: <T>(outcome: Promise<T>) => Promise<T> }> {
  // Each is a moment for the kernel, and takes many times as long by way of a thread.
  const temporary = mkdtempSync(join(realpathSync(tmpdir()), "flotilla-run-"));
  const end = async <T>(outcome: Promise<T>): Promise<T> => {
    try {
      return await outcome;
    } finally {
      await removeFolder(temporary);
      means.warm.warm();
    }
  };
  try {
    const described = launcherSpec(means, spec, temporary);
    return { program: startProgram(() => means.warm.take(), described), end };
  } catch (thrown) {
    await removeFolder(temporary);
    throw thrown;
  }
}

/** Most are empty. */
async function removeFolder(folder: string): Promise<void> {
  try {
    rmdirSync(folder);
  } catch {
    await rm(folder, { recursive: true, force: true });
  }
}

function launcherSpec(means: Means, spec: SandboxSpec, temporary: string): LauncherSpec {
  const { args, environment = {}, limits = {} } = spec;
  const command = findProgram(spec.command);
  const workspace = realpathSync(spec.workspace);
  const given = [...filesOf(command), ...means.readable, ...(spec.readable ?? [])];
  const own = means.hasBubblewrap ? ["/proc"] : [];
  const readable = [...new Set([...systemReadable, ...own, ...given])];
  const writable = [workspace, temporary];
  return {
    command,
    arguments: [command, ...args],
    directory: workspace,
    environment: {
      PATH: programPath,
      HOME: temporary,
      TMPDIR: temporary,
      LANG: "C.UTF-8",
      TZ: "UTC",
      ...environment,
    },
    readable,
    writable,
    devices,
    bubblewrap: means.hasBubblewrap
      ? bubblewrapCommand(
          bubblewrap,
          means.launcher,
          { readable, writable },
          process.geteuid?.() === 0,
        )
      : [],
    limits: { ...defaultLimits, ...limits },
  };
}

function sandboxOf(tier: SandboxTier, why: string, means: Means): Sandbox {
  return {
    tier,
    why,
    async run({ stdin, outputBytes = defaultOutputBytes, signal, ...spec }) {
      const { program, end } = await start(means, spec);
      return end(
        runProgram(program, {
          outputBytes,
          ...(stdin !== undefined && { stdin }),
          ...(signal && { signal }),
        }),
      );
    },
    async spawn(spec) {
      const { program, end } = await start(means, spec);
      const { stdin, stdout, stderr, stop } = program;
      const ended = end(program.ended);
      ended.catch(() => undefined);
      return { stdin, stdout, stderr, ended, stop };
    },
  };
}

function noSandbox(why: string): Sandbox {
  const refuse = () =>
    Promise.reject(
      new FlotillaError("tool_forbidden", `No program is started without a sandbox: ${why}.`, {
        remedy: "docs/sandbox.md says what the sandbox needs of a machine.",
      }),
    );
  return { tier: "none", why, run: refuse, spawn: refuse };
}
