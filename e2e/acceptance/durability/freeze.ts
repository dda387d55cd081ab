import { setTimeout as sleep } from "node:timers/promises";
import { judge, type Execution } from "../audit.ts";
import { BatchSupply } from "../batch-supply.ts";
import { seconds, type Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet, untilItHasRuns, workerId } from "../start-fleet.ts";
import { eventsOf, readHistories, type History } from "../history.ts";
import { prepareLedgerSetting } from "../ledger-setting.ts";
import { between } from "../random.ts";

const takeoverPatience = { what: "the frozen worker to be taken over", timeoutMs: 60_000 };
/** After the takeover: long enough for the other worker to complete some of the runs. */
const frozenOnMs = 3_000;
/** A signal may take so long to reach a process. */
const signalMs = 100;
/** What a refused append says in the log of the worker that made it. */
const refusal = /the append at seq \d+ of epoch \d+ is refused/g;

interface Freeze {
  from: number;
  to: number;
}

/**
 * Of two workers one is frozen past its lease and then woken, in the belief that it still owns
 * its runs: what it appends is refused, it does nothing twice, and it takes new runs under a new id.
 */
export const freeze: Claim = {
  name: "freeze",
  async prove(proof) {
    const { concurrency, freezes } = proof.scale;
    const latencyMs = proof.scale.latencyMs / 2;
    const setting = await prepareLedgerSetting(proof, { latencyMs, pauseMs: 0 });
    const fleet = await startFleet(proof, setting, { workers: 2, concurrency });
    const { platform, workers } = fleet;
    const [sleeper] = workers;
    if (!sleeper) throw new Error("There is no worker.");
    const supply = await BatchSupply.open(platform, setting, 2 * concurrency);

    const frozen: Freeze[] = [];
    for (let number = 1; number <= freezes; number++) {
      const oldId = await workerId(sleeper, number);
      await supply.running();
      await untilItHasRuns(fleet, oldId);
      await sleep(between(proof.random, 0, 1_000));
      const from = Date.now();
      sleeper.process.kill("SIGSTOP");
      await eventually(takeoverPatience, async () => {
        const known = (await platform.client.status()).workers;
        return known.every(({ id }) => id !== oldId) || undefined;
      });
      await sleep(frozenOnMs);
      const to = Date.now();
      frozen.push({ from, to });
      sleeper.process.kill("SIGCONT");
      proof.tell(`freeze ${number}: ${seconds(to - from)} s`);
      const newId = await workerId(sleeper, number + 1);
      await supply.running();
      await untilItHasRuns(fleet, newId);
    }

    const findings = await supply.audit();
    const batches = supply.ids.map((batchId) => readHistories(platform.client, batchId));
    const histories = (await Promise.all(batches)).flat();
    const log = sleeper.process.log();
    const refused = log.match(refusal)?.length ?? 0;
    const oldIds = sleeper.ids().slice(0, freezes);
    const taken = oldIds.map((id) => takenFrom(histories, id));
    proof.figure("freezes", freezes);
    proof.figure("runsTakenOver", taken.flat().length);
    proof.holds(taken.flat().length > 0, "no run of the frozen worker was taken over");
    proof.figure("refusedAppends", refused);
    proof.holds(refused > 0, "no append of the woken worker was refused");
    const returned = oldIds.flatMap((id, index) => returnsOf(id, taken[index] ?? []));
    proof.equals("runsOfItsOldIdsAfterThat", returned.length, 0);
    // What was on its way to the model when the worker froze arrives when it wakes.
    judge(proof, findings, ["executedTwice", "askedAfterCompleted"]);
    const repeated = repeatedKeys(await setting.executions(), frozen);
    proof.figure("executedTwiceInsideTheTool", repeated.insideTheTool);
    proof.equals("executedTwiceByTheEngine", repeated.byTheEngine, 0);
  },
};

/**
 * Keys that were executed more than once. A call that was inside the tool when its process froze
 * ends when it wakes, and nothing but the tool's own use of the key can prevent that.
 */
function repeatedKeys(executions: Execution[], frozen: Freeze[]) {
  const isInside = ({ begunAt, at }: Execution) =>
    frozen.some(({ from, to }) => begunAt <= from + signalMs && at >= to);
  const byKey = Map.groupBy(executions, ({ idempotencyKey }) => idempotencyKey);
  const twice = [...byKey.values()].filter((made) => made.length > 1);
  const insideTheTool = twice.filter((made) => made.some(isInside)).length;
  return { insideTheTool, byTheEngine: twice.length - insideTheTool };
}

function owners({ events }: History): string[] {
  return eventsOf(events, "segment.started").map(({ worker }) => worker);
}

/** Runs that the worker owned and another one owned later. */
function takenFrom(histories: History[], worker: string): History[] {
  return histories.filter((history) => {
    const all = owners(history);
    return all.includes(worker) && all.at(-1) !== worker;
  });
}

/** Those of the runs in which the worker is an owner again after another one. */
function returnsOf(worker: string, taken: History[]): History[] {
  return taken.filter((history) => {
    const all = owners(history);
    const first = all.indexOf(worker);
    const followed = all.findIndex((owner, index) => index > first && owner !== worker);
    return all.includes(worker, followed);
  });
}
