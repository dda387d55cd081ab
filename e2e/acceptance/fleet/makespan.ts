import { batchEnd } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { refusals, startLimitedFleet } from "./limited-fleet.ts";

const rpm = 600;
const tpm = 60_000;
const known = { requestsPerMinute: rpm, tokensPerMinute: tpm };
const longestGapPercent = 5;

/**
 * Many prompts under limits of requests and tokens, on one, two and three workers: hardly longer
 * than the limits alone demand, and nothing refused. Where the limits are unknown they are learned
 * within the first calls.
 */
export const makespan: Claim = {
  name: "makespan",
  async prove(proof) {
    const rows = proof.scale.name === "full" ? 500 : 40;
    for (const workers of proof.scale.name === "full" ? [1, 2, 3] : [2]) {
      const { gap, refused } = await play(proof, rows, workers, true);
      proof.atMost(`gapPercent${workers}`, gap, longestGapPercent);
      proof.equals(`refused${workers}`, refused, 0);
    }
    const learned = await play(proof, rows, 2, false);
    proof.figure("gapPercentUnknown", learned.gap);
    proof.figure("refusedUnknown", learned.refused);
    proof.holds(learned.refused <= 2, `${learned.refused} calls were refused while learning`);
  },
};

async function play(proof: Proof, rows: number, workers: number, isKnown: boolean) {
  const fleet = await startLimitedFleet(proof, { workers, rpm, tpm, ...(isKnown && { known }) });
  const { client } = fleet.platform;
  const id = await fleet.start(rows);
  const { counts } = await batchEnd(fleet.platform, id, 300_000);
  const name = `${workers}${isKnown ? "" : "Unknown"}`;
  proof.equals(`completed${name}`, counts.completed, rows);
  const certificate = await client.batches.certificate(id);
  proof.equals(`violations${name}`, certificate.violations.length, 0);
  proof.figure(`makespanMs${name}`, certificate.makespanMs);
  proof.figure(`lowerBoundMs${name}`, certificate.lowerBoundMs);
  const { requests } = await fleet.simulator.state();
  const refused = await refusals(fleet);
  proof.equals(`asked${name}`, requests - refused, rows);
  return { gap: certificate.gapPercent ?? 0, refused };
}
