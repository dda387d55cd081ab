import type { Client } from "@flotilla/api";
import type { Claim } from "../claim.ts";
import { refusals, startLimitedFleet } from "./limited-fleet.ts";

const longestDelayMs = 1_000;

/** A person's run started during a large batch has its first token about when it has it on an idle system. */
export const interactive: Claim = {
  name: "interactive",
  async prove(proof) {
    const { rows, tries } =
      proof.scale.name === "full" ? { rows: 10_000, tries: 40 } : { rows: 600, tries: 10 };
    const rpm = 1_200;
    const tpm = rpm * 200;
    const known = { requestsPerMinute: rpm, tokensPerMinute: tpm };
    const fleet = await startLimitedFleet(proof, { workers: 2, rpm, tpm, known });
    const { client } = fleet.platform;
    await firstTokens(client, 1);
    const idle = percentile(await firstTokens(client, 10), 0.5);
    const batch = await fleet.start(rows);
    const busy = await firstTokens(client, tries);
    const { counts } = await client.batches.get(batch);
    proof.holds(counts.completed < rows, "the batch was over before the runs were");
    await client.batches.act(batch, "cancel");
    proof.figure("idleMs", idle);
    proof.figure("busyMedianMs", percentile(busy, 0.5));
    proof.figure("busyMostMs", Math.max(...busy));
    // From the batch's first moment on; the last tenth is left to what else the machine does.
    proof.atMost("delayP90Ms", percentile(busy, 0.9) - idle, longestDelayMs);
    proof.equals("refused", await refusals(fleet), 0);
  },
};

/** Milliseconds from asking to the first text, one run after the other. */
async function firstTokens(client: Client, tries: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < tries; i++) {
    const begun = performance.now();
    const { runId } = await client.runs.start({ agent: "asker", input: { text: `Hello ${i}` } });
    for await (const event of client.runs.stream(runId)) {
      if (event.type !== "step.delta" && event.type !== "step.completed") continue;
      times.push(Math.round(performance.now() - begun));
      break;
    }
  }
  return times;
}

function percentile(values: readonly number[], part: number): number {
  const at = Math.max(0, Math.ceil(values.length * part) - 1);
  return values.toSorted((a, b) => a - b)[at] ?? 0;
}
