import type { Client } from "@flotilla/api";
import type { PlanEdit, Run } from "@flotilla/core";
import { eventually } from "../../eventually.ts";

const patience = { timeoutMs: 120_000, everyMs: 50 };

/** Waits until the run is at that point. */
export async function whileAt(
  client: Client,
  runId: string,
  isThere: (run: Run) => boolean,
): Promise<Run> {
  return eventually({ what: `run ${runId} to come there`, ...patience }, async () => {
    const run = await client.runs.get(runId);
    return isThere(run) ? run : undefined;
  });
}

/** Approves or rejects the plan of that version, once it is asked about. */
export async function answerReview(
  client: Client,
  runId: string,
  version: number,
  action: "approve" | "reject",
): Promise<void> {
  await eventually(
    { what: `plan ${version} of ${runId} to be answered`, ...patience },
    async () => {
      const { interrupts, planReview } = await client.runs.get(runId);
      // The answer was given, and only its acknowledgement was lost.
      if (planReview?.version === version) return true;
      const open = interrupts.find(
        (one) => one.kind === "plan_review" && one.planVersion === version,
      );
      if (open?.kind !== "plan_review") return undefined;
      const { hash, interruptId } = open;
      const answer = { approve: { action, hash }, reject: { action, reason: "too long" } }[action];
      await client.runs.answer(runId, interruptId, answer as never);
      return true;
    },
  );
}

/** Edits the plan as it stands, and waits until the run has taken that in. */
export async function editOnce(client: Client, runId: string, edits: PlanEdit[]): Promise<void> {
  const { plan } = await client.plans.get(runId);
  const version = plan?.version ?? 0;
  await eventually({ what: `run ${runId} to take an edit`, ...patience }, async () => {
    const now = await client.plans.get(runId);
    if ((now.plan?.version ?? 0) > version) return true;
    if (now.queued.length === 0) await client.plans.edit(runId, { version, edits });
    return undefined;
  });
}

/** Pauses the run, wherever it is, and waits until it stands still. */
export async function pauseOnce(client: Client, runId: string): Promise<void> {
  await eventually({ what: `run ${runId} to be paused`, ...patience }, async () => {
    const run = await client.runs.get(runId);
    if (run.status === "waiting" && run.waitingFor.kind === "paused") return true;
    await client.runs.pause(runId);
    return undefined;
  });
}
