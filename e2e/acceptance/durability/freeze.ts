import { setTimeout as sleep } from "node:timers/promises";
import { addFindings, judge } from "../audit.ts";
import { applyAgent, batchEnd, startBatch } from "../batch.ts";
import { seconds, type Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet, untilItHasRuns, workerId } from "../fleet.ts";
import { eventsOf, readHistories, type History } from "../history.ts";
import { prepareLedgerSetting } from "../ledger-setting.ts";
import { between } from "../random.ts";

const batchTimeoutMs = 600_000;
const takeoverTimeoutMs = 60_000;
/** What a refused append says in the log of the worker that made it. */
const refusal = /the append at seq \d+ of epoch \d+ is refused/g;

/**
 * Of two workers one is frozen past its lease and then woken, in the belief that it still owns
 * its runs: what it appends is refused, it does nothing twice, and it takes new runs under a new id.
 */
export const freeze: Claim = {
  name: "freeze",
  async prove(proof) {
    const { concurrency, latencyMs } = proof.scale;
    const setting = await prepareLedgerSetting(proof, { latencyMs, pauseMs: 0 });
    const fleet = await startFleet(proof, setting, { workers: 2, concurrency });
    const { platform, workers } = fleet;
    const [sleeper] = workers;
    if (!sleeper) throw new Error("There is no worker.");
    const oldId = await workerId(sleeper, 1);

    await applyAgent(platform, setting.agent);
    const order = { agent: setting.agent.name, rows: setting.rows, concurrency: 2 * concurrency };
    const first = await startBatch(platform, order);
    await untilItHasRuns(fleet, oldId);
    await sleep(between(proof.random, 0, 1_000));
    const frozenAt = Date.now();
    sleeper.process.kill("SIGSTOP");
    proof.tell("one worker is frozen");
    const patience = { what: "a takeover", timeoutMs: takeoverTimeoutMs, everyMs: 500 };
    await eventually(patience, async () => {
      const histories = await readHistories(platform.client, first);
      return takenFrom(histories, oldId).length > 0 || undefined;
    });
    // Long enough for the other worker to complete some of the runs.
    await sleep(3_000);
    sleeper.process.kill("SIGCONT");
    proof.figure("frozenSeconds", seconds(Date.now() - frozenAt));
    proof.tell("it is awake");
    const newId = await workerId(sleeper, 2);
    const second = await startBatch(platform, order);
    await batchEnd(platform, first, batchTimeoutMs);
    await batchEnd(platform, second, batchTimeoutMs);

    const log = sleeper.process.log();
    const refused = log.match(refusal)?.length ?? 0;
    proof.figure("refusedAppends", refused);
    proof.holds(refused > 0, "no append of the woken worker was refused");
    proof.holds(log.includes("the lease was lost"), "the woken worker did not notice");
    const histories = await readHistories(platform.client, first);
    proof.figure("runsTakenOver", takenFrom(histories, oldId).length);
    proof.equals("appendedByOldOwner", reclaimedBy(histories, oldId), 0);
    const later = await readHistories(platform.client, second);
    const newRuns = later.filter(({ events }) =>
      eventsOf(events, "segment.started").some(({ worker }) => worker === newId),
    );
    proof.figure("runsUnderNewId", newRuns.length);
    proof.holds(newRuns.length > 0, "the woken worker took no new run");
    const findings = await setting.audit(platform.client, first);
    judge(proof, addFindings(findings, await setting.audit(platform.client, second)));
  },
};

/** Runs that the worker began and another one took over. */
function takenFrom(histories: History[], worker: string): History[] {
  return histories.filter(({ events }) => {
    const owners = eventsOf(events, "segment.started").map((event) => event.worker);
    return owners[0] === worker && owners.some((owner) => owner !== worker);
  });
}

/** Runs in which the worker is an owner again after it was followed by another. */
function reclaimedBy(histories: History[], worker: string): number {
  return takenFrom(histories, worker).filter(({ events }) => {
    const owners = eventsOf(events, "segment.started").map((event) => event.worker);
    const followed = owners.findIndex((owner) => owner !== worker);
    return owners.indexOf(worker, followed) >= 0;
  }).length;
}
