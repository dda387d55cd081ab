import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform } from "../../platform.ts";
import { judge } from "../audit.ts";
import { applyAgent, batchEnd, batchUnderWay, startBatch } from "../batch.ts";
import { seconds, type Claim } from "../claim.ts";
import { prepareLedgerSetting } from "../ledger-setting.ts";
import { between } from "../random.ts";

const drainSeconds = 10;
/** For what follows the drain: processes and Postgres end in good order. */
const stopSeconds = 6;
const batchTimeoutMs = 600_000;

/**
 * SIGTERM in the middle of a batch: steps under way finish, everything ends in time, and after the
 * next start the batch goes on without a model call that had to be made again.
 */
export const drain: Claim = {
  name: "drain",
  async prove(proof) {
    const { concurrency, latencyMs } = proof.scale;
    const setting = await prepareLedgerSetting(proof, { latencyMs, pauseMs: 40 });
    const platform = await startPlatform({
      env: { ...setting.env, FLOTILLA_DRAIN_SECONDS: String(drainSeconds) },
      config: setting.config,
    });
    proof.finally(() => platform.stop());
    await applyAgent(platform, setting.agent);
    const order = { agent: setting.agent.name, rows: setting.rows, concurrency };
    const batchId = await startBatch(platform, order);
    await batchUnderWay(platform, batchId);
    await sleep(between(proof.random, 0, 1_000));
    const { counts } = await platform.client.batches.get(batchId);
    proof.figure("runningAtSignal", counts.running);
    proof.holds(counts.running > 0, "no run was under way at the signal");

    const signalledAt = Date.now();
    const code = await platform.drain((drainSeconds + 20) * 1_000);
    proof.equals("exitCode", code, 0);
    proof.atMost("drainedSeconds", seconds(Date.now() - signalledAt), drainSeconds + stopSeconds);
    proof.equals("postgresLeft", platform.postgresPid() ?? null, null);

    await platform.restart();
    await batchEnd(platform, batchId, batchTimeoutMs);
    const findings = await setting.audit(platform.client, batchId);
    judge(proof, findings);
    proof.equals("restartedCalls", findings.restartedCalls, 0);
    proof.equals("reconciled", findings.reconciled, 0);
    proof.equals("failedAttempts", findings.failedAttempts, 0);
  },
};
