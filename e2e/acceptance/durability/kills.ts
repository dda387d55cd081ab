import { setTimeout as sleep } from "node:timers/promises";
import type { BatchProgress } from "@flotilla/core";
import { signalProcess } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { backendsOf } from "../../postgres.ts";
import { addFindings, judge, noFindings } from "../audit.ts";
import { applyAgent, batchEnd, startBatch } from "../batch.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { prepareLedgerSetting, type LedgerSetting } from "../ledger-setting.ts";
import { between, oneOf } from "../random.ts";

/** Between a recovery and the next kill, in milliseconds. */
const shortestPause = 200;
const longestPause = 2_500;
const settlingMs = 250;
const toolPauseMs = 40;
const recoveryTimeoutMs = 120_000;
const batchTimeoutMs = 600_000;

/** Kills something of a platform. Returns what it was, for the figures. */
type Kill = (platform: Platform, random: () => number) => Promise<string>;

/** The one worker process; `flotilla up` starts another. */
export const killWorker = killClaim("kill-worker", async (platform) => {
  const patience = { what: "a worker to kill", timeoutMs: 30_000, everyMs: 20 };
  const pid = await eventually(patience, () => platform.workerPids()[0]);
  signalProcess(pid, "SIGKILL");
  // What it sent before may still be committed: that is no sign of its successor.
  await sleep(settlingMs);
  return "worker";
});

/** Everything in the process group; a person starts it again on the same home. */
export const killPlatform = killClaim("kill-platform", async (platform) => {
  platform.kill("SIGKILL");
  await platform.restart();
  return "process group";
});

/** The postmaster, one of its backends, or all of its processes. */
export const killPostgres = killClaim("kill-postgres", async (platform, random) => {
  const patience = { what: "a Postgres to kill", timeoutMs: 30_000, everyMs: 20 };
  const postmaster = await eventually(patience, () => platform.postgresPid());
  const backends = backendsOf(postmaster);
  const target = oneOf(random, ["postmaster", "backend", "all"] as const);
  const pids = {
    postmaster: [postmaster],
    backend: backends.length > 0 ? [oneOf(random, backends)] : [postmaster],
    all: [...backends, postmaster],
  }[target];
  for (const pid of pids) signalProcess(pid, "SIGKILL");
  return target;
});

function killClaim(name: string, kill: Kill): Claim {
  return {
    name,
    async prove(proof) {
      const setting = await prepareLedgerSetting(proof, {
        latencyMs: proof.scale.latencyMs,
        pauseMs: toolPauseMs,
      });
      const platform = await startPlatform({ env: setting.env, config: setting.config });
      proof.finally(() => platform.stop());
      await applyAgent(platform, setting.agent);
      const batches = await killRepeatedly(proof, platform, setting, kill);
      let findings = noFindings;
      for (const batchId of batches) {
        await batchEnd(platform, batchId, batchTimeoutMs);
        proof.tell(`auditing ${batchId}`);
        findings = addFindings(findings, await setting.audit(platform.client, batchId));
      }
      proof.figure("batches", batches.length);
      judge(proof, findings);
    },
  };
}

/** Kills until the count is reached, with a batch running at each. Returns the batches. */
async function killRepeatedly(
  proof: Proof,
  platform: Platform,
  setting: LedgerSetting,
  kill: Kill,
): Promise<string[]> {
  const order = {
    agent: setting.agent.name,
    rows: setting.rows,
    concurrency: proof.scale.concurrency,
  };
  const targets: Record<string, number> = {};
  const recoveries: number[] = [];
  const batches: string[] = [];
  while (recoveries.length < proof.scale.kills) {
    const running = batches.at(-1);
    const batch = running === undefined ? undefined : await progress(platform, running);
    if (!batch || isNearlyDone(batch)) {
      batches.push(await startBatch(platform, order));
      continue;
    }
    await sleep(between(proof.random, shortestPause, longestPause));
    const before = await progress(platform, batch.id);
    if (isNearlyDone(before)) continue;
    const killedAt = Date.now();
    const target = await kill(platform, proof.random);
    targets[target] = (targets[target] ?? 0) + 1;
    await untilItGoesOn(platform, batch.id);
    recoveries.push(Date.now() - killedAt);
    const { completed } = before.counts;
    proof.tell(
      `kill ${recoveries.length}: ${target} at row ${completed} of ${before.rows}, goes on after ${seconds(recoveries.at(-1) ?? 0)} s`,
    );
  }
  proof.figure("kills", targets);
  proof.figure("longestRecoverySeconds", seconds(Math.max(...recoveries)));
  return batches;
}

async function progress(platform: Platform, batchId: string): Promise<BatchProgress> {
  const patience = { what: "an answer of the platform", timeoutMs: recoveryTimeoutMs, everyMs: 50 };
  return eventually(patience, () => platform.client.batches.get(batchId));
}

/** A kill must hit rows that are running, and leave some to recover with. */
function isNearlyDone({ status, counts, concurrency }: BatchProgress): boolean {
  return status !== "running" || counts.pending + counts.running < concurrency;
}

/** Resolves once a model step has been completed that was not at the first look. */
async function untilItGoesOn(platform: Platform, batchId: string): Promise<void> {
  const { steps } = await progress(platform, batchId);
  const what = "the batch to go on after a kill";
  await eventually({ what, timeoutMs: recoveryTimeoutMs, everyMs: 50 }, async () => {
    const batch = await platform.client.batches.get(batchId);
    return batch.steps > steps || batch.status === "completed" || undefined;
  });
}
