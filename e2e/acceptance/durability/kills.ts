import { setTimeout as sleep } from "node:timers/promises";
import { signalProcess } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { backendsOf } from "../../postgres.ts";
import { judge } from "../audit.ts";
import { BatchSupply } from "../batch-supply.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { prepareLedgerSetting } from "../ledger-setting.ts";
import { between, oneOf } from "../random.ts";

/** Between a recovery and the next kill, in milliseconds. */
const shortestPause = 200;
const longestPause = 2_500;
const settlingMs = 250;
const toolPauseMs = 40;
const recoveryTimeoutMs = 120_000;
const targetPatience = { what: "something to kill", timeoutMs: 30_000, everyMs: 20 };

/** Kills something of a platform. Returns what it was, for the figures. */
type Kill = (platform: Platform, random: () => number) => Promise<string>;

/** The one worker process; `flotilla up` starts another. */
export const killWorker = killClaim("kill-worker", async (platform) => {
  const pid = await eventually(targetPatience, () => platform.workerPids()[0]);
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
  const postmaster = await eventually(targetPatience, () => platform.postgresPid());
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
      const { latencyMs, concurrency } = proof.scale;
      const setting = await prepareLedgerSetting(proof, { latencyMs, pauseMs: toolPauseMs });
      const platform = await startPlatform({ env: setting.env, config: setting.config });
      proof.finally(() => platform.stop());
      const supply = await BatchSupply.open(platform, setting, concurrency);
      await killRepeatedly(proof, platform, supply, kill);
      proof.figure("batches", supply.ids.length);
      judge(proof, await supply.audit());
    },
  };
}

/** Kills until the count is reached, each time with a batch running. */
async function killRepeatedly(
  proof: Proof,
  platform: Platform,
  supply: BatchSupply,
  kill: Kill,
): Promise<void> {
  const targets: Record<string, number> = {};
  const recoveries: number[] = [];
  while (recoveries.length < proof.scale.kills) {
    await supply.running();
    await sleep(between(proof.random, shortestPause, longestPause));
    const { id, rows, counts } = await supply.running();
    const killedAt = Date.now();
    const target = await kill(platform, proof.random);
    targets[target] = (targets[target] ?? 0) + 1;
    await untilItGoesOn(platform, supply, id);
    const recovery = Date.now() - killedAt;
    recoveries.push(recovery);
    const place = `${target} at row ${counts.completed} of ${rows}`;
    proof.tell(`kill ${recoveries.length}: ${place}, goes on after ${seconds(recovery)} s`);
  }
  proof.figure("kills", targets);
  proof.figure("longestRecoverySeconds", seconds(Math.max(...recoveries)));
}

/** Resolves once a model step has been completed that was not at the first look. */
async function untilItGoesOn(
  platform: Platform,
  supply: BatchSupply,
  batchId: string,
): Promise<void> {
  const { steps } = await supply.progress(batchId);
  const what = "the batch to go on after a kill";
  await eventually({ what, timeoutMs: recoveryTimeoutMs, everyMs: 50 }, async () => {
    const batch = await platform.client.batches.get(batchId);
    return batch.steps > steps || batch.status === "completed" || undefined;
  });
}
