import { setTimeout as sleep } from "node:timers/promises";
import { judge } from "../audit.ts";
import { applyAgent, batchEnd, startBatch } from "../batch.ts";
import { seconds, type Claim } from "../claim.ts";
import { startFleet, untilItHasRuns, workerId } from "../start-fleet.ts";
import { eventsOf, readHistories } from "../history.ts";
import { prepareLedgerSetting } from "../ledger-setting.ts";
import { between } from "../random.ts";

const longestSeconds = 10;
const batchTimeoutMs = 600_000;

/** Of two workers on a Postgres server one dies for good; the other takes its runs over. */
export const takeover: Claim = {
  name: "takeover",
  async prove(proof) {
    const { concurrency, latencyMs } = proof.scale;
    const setting = await prepareLedgerSetting(proof, { latencyMs, pauseMs: 40 });
    const fleet = await startFleet(proof, setting, { workers: 2, concurrency });
    const { platform, workers } = fleet;
    const [victim, heir] = workers;
    if (!victim || !heir) throw new Error("There are not two workers.");
    const victimId = await workerId(victim, 1);
    const heirId = await workerId(heir, 1);

    await applyAgent(platform, setting.agent);
    const order = { agent: setting.agent.name, rows: setting.rows, concurrency: 2 * concurrency };
    const batchId = await startBatch(platform, order);
    await untilItHasRuns(fleet, victimId);
    await sleep(between(proof.random, 0, 1_000));
    const killedAt = Date.now();
    victim.process.kill("SIGKILL");
    proof.tell("one worker is dead");
    await batchEnd(platform, batchId, batchTimeoutMs);

    const histories = await readHistories(platform.client, batchId);
    const takenAfter = histories.flatMap(({ events }) => {
      const segments = eventsOf(events, "segment.started");
      const wasVictims = segments.some(({ worker }) => worker === victimId);
      const taken = segments.find(({ worker, cause }) => worker === heirId && cause === "takeover");
      return wasVictims && taken ? [Date.parse(taken.at) - killedAt] : [];
    });
    proof.holds(takenAfter.length > 0, "no run of the dead worker was taken over");
    proof.figure("runsTakenOver", takenAfter.length);
    proof.atMost("firstTakenOverAfterSeconds", seconds(Math.min(...takenAfter)), longestSeconds);
    proof.atMost("lastTakenOverAfterSeconds", seconds(Math.max(...takenAfter)), longestSeconds);
    judge(proof, await setting.audit(platform.client, batchId));
  },
};
