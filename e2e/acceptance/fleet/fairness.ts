import { batchEnd } from "../batch.ts";
import type { Claim } from "../claim.ts";
import { refusals, startLimitedFleet, type LimitedFleet } from "./limited-fleet.ts";

/**
 * Ten tenants on one model, one of them with a hundred times the load of each other: the waits of
 * the others stay below twice what they are without it.
 */
export const fairness: Claim = {
  name: "fairness",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const rows = isFull ? 20 : 5;
    const rpm = isFull ? 1_200 : 600;
    const tpm = rpm * 200;
    const known = { requestsPerMinute: rpm, tokensPerMinute: tpm };
    const fleet = await startLimitedFleet(proof, { workers: 2, rpm, tpm, known });
    const alone = await waits(fleet, rows);
    const large = await fleet.start(rows * 100, "large");
    const beside = await waits(fleet, rows);
    await fleet.platform.client.batches.act(large, "cancel");
    proof.figure("waitMsAlone", alone);
    proof.figure("waitMsBesideLarge", beside);
    proof.figure("growth", Math.round((beside / alone) * 100) / 100);
    proof.holds(beside < 2 * alone, `waits grew from ${alone} to ${beside} ms`);
    proof.equals("refused", await refusals(fleet), 0);
  },
};

/** The 99th percentile of the time that rows of nine small tenants take from their start. */
async function waits(fleet: LimitedFleet, rows: number): Promise<number> {
  const { platform } = fleet;
  const ids = await Promise.all(
    Array.from({ length: 9 }, (_, i) => fleet.start(rows, `small-${i + 1}`)),
  );
  const times: number[] = [];
  for (const id of ids) {
    const batch = await batchEnd(platform, id, 300_000);
    const { items } = await platform.client.batches.rows(id, { limit: 1_000 });
    const begun = Date.parse(batch.startedAt ?? "");
    for (const { endedAt } of items) times.push(Date.parse(endedAt ?? "") - begun);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
