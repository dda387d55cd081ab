import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxTier } from "@flotilla/core";
import { openSandbox, type Sandbox } from "@flotilla/tools";
import type { Claim, Proof } from "../claim.ts";
import { attempts, hasEscaped, type Attempt } from "./sandbox/attempts.ts";
import { tryInRuns } from "./sandbox/runs.ts";
import {
  isUntouched,
  limits,
  openStage,
  outputBytes,
  secret,
  type Stage,
} from "./sandbox/stage.ts";

const python = "/usr/bin/python3";
const least = 28;
/** Longer than a mark takes to be left. */
const markMs = 1_600;
/** With each attempt is one that reaches everything, and one that uses more than its share. */
const fewAttempts = [
  "read_outside",
  "write_outside",
  "tcp",
  "signal_outside",
  "environment",
  "memory",
  "daemon",
];

/**
 * Programs that try to get out of the sandbox, in each tier that this machine has: by files, sockets, other processes, the
 * kernel, and by using more than their share. Each of them succeeds without a sandbox, here and now, and none in one; the
 * same through the product, as calls of a run.
 */
export const sandbox: Claim = {
  name: "sandbox",
  async prove(proof) {
    process.env["FLOTILLA_SANDBOX_SECRET"] = secret;
    const stage = await openStage(proof);
    const wanted =
      proof.scale.name === "full"
        ? attempts
        : attempts.filter(({ name }) => fewAttempts.includes(name));
    const real = await realAttempts(proof, stage, wanted);
    proof.figure("attempts that succeed without a sandbox", real.length);
    proof.holds(
      proof.scale.name !== "full" || real.length >= least,
      `only ${real.length} attempts succeed without a sandbox, fewer than ${least}`,
    );
    await stage.mend();
    stage.visits();
    for (const sandboxOfTier of await tiersHere(proof))
      await tryIn(proof, stage, sandboxOfTier, real);
    await tryInRuns(proof, stage, real);
    proof.holds(await isUntouched(stage), "something outside was touched");
    proof.equals("visits to the sockets outside", stage.visits(), 0);
  },
};

/** Those that get what they try for where nothing contains them; the others show nothing. */
async function realAttempts(
  proof: Proof,
  stage: Stage,
  wanted: readonly Attempt[],
): Promise<Attempt[]> {
  const real: Attempt[] = [];
  for (const attempt of wanted) {
    await stage.mend();
    const printed = await tryFreely(stage, attempt);
    if (hasEscaped(printed)) real.push(attempt);
    else if (attempt.takesRoot && process.getuid?.() !== 0)
      proof.tell(`${attempt.name} takes root`);
    else if (attempt.isOld) proof.tell(`${attempt.name} is refused by this kernel`);
    else proof.holds(false, `${attempt.name} fails without a sandbox too: ${printed.slice(-200)}`);
  }
  return real;
}

async function tryFreely(stage: Stage, attempt: Attempt): Promise<string> {
  const cwd = await stage.workspace();
  const args = ["-c", stage.code, attempt.name, JSON.stringify(stage.outside)];
  const inherited = await open(stage.outside.file);
  const stdio = ["ignore", "pipe", "ignore", inherited.fd] as const;
  const child = spawn(python, args, { cwd, stdio: [...stdio] });
  const stdout = await text(child.stdout as Readable);
  await inherited.close();
  if (!attempt.leavesMark) return stdout;
  await sleep(markMs);
  return existsSync(join(cwd, "mark")) ? stdout : "no mark was left";
}

async function tiersHere(proof: Proof): Promise<Sandbox[]> {
  const tiers: SandboxTier[] = ["landlock", "landlock+bubblewrap"];
  const opened = await Promise.all(tiers.map((tier) => openSandbox({ tier })));
  const here = opened.filter(({ tier }, index) => tier === tiers[index]);
  proof.figure(
    "tiers",
    here.map(({ tier }) => tier),
  );
  proof.holds(here.length > 0, `this machine has no sandbox: ${opened[0]?.why}`);
  return here;
}

async function tryIn(
  proof: Proof,
  stage: Stage,
  opened: Sandbox,
  real: readonly Attempt[],
): Promise<void> {
  const escaped: string[] = [];
  for (const { name, leavesMark } of real) {
    const workspace = await stage.workspace();
    const ended = await opened.run({
      ...{ command: python, args: ["-B", "-c", stage.code, name, JSON.stringify(stage.outside)] },
      ...{ workspace, limits, outputBytes, network: "none" },
    });
    if (leavesMark) await sleep(markMs);
    // What leaves something behind is not refused: it ends too early to come to anything.
    const isOut = leavesMark
      ? existsSync(join(workspace, "mark"))
      : hasEscaped(ended.stdout.toString());
    if (isOut) escaped.push(name);
    if (isOut)
      proof.tell(
        `${name} gets out of ${opened.tier}: ${JSON.stringify({ ...ended, stdout: null })}`,
      );
  }
  proof.equals(`escapes from ${opened.tier}`, escaped.join(), "");
  proof.figure(`attempts in ${opened.tier}`, real.length);
}
