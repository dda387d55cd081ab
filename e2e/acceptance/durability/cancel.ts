import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform, type Platform } from "../../platform.ts";
import { isAlive } from "../../process-tree.ts";
import { readRequests, startSimulator } from "../../simulator.ts";
import { applyAgent } from "../batch.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { readEvents } from "../history.ts";
import { toolsFolder } from "../ledger-setting.ts";

const longestSeconds = 2;
/** Of a model call; none of them is waited for. */
const latencyMs = 60_000;

/** A cancelled run ends within two seconds, in whatever it is at that moment, and stays ended. */
export const cancel: Claim = {
  name: "cancel",
  async prove(proof) {
    const requests = join(proof.folder, "requests.jsonl");
    const sleepers = join(proof.folder, "sleepers.txt");
    const slow = await startSimulator({ latencyMs, log: requests });
    proof.finally(() => slow.stop());
    const platform = await startPlatform({
      env: { FLOTILLA_TOOLS: toolsFolder, E2E_SLEEPERS: sleepers },
      config: {
        providers: {
          slow: { kind: "simulated", baseURL: slow.url },
          quick: { kind: "simulated" },
        },
      },
    });
    proof.finally(() => platform.stop());
    await applyAgent(platform, { name: "thinker", model: "slow/demo" });
    await applyAgent(platform, { name: "dozer", model: "quick/script", tools: ["sleeper"] });

    const thinking = await startedRun(platform, "thinker", "How are you?", "step.started");
    // The event comes before the request: let that be under way.
    await sleep(300);
    await cancelRun(proof, platform, thinking, "modelCall");
    const asked = (await readRequests(requests)).filter(({ runId }) => runId === thinking);
    proof.equals("modelRequests", asked.length, 1);
    proof.equals("modelRequestEnd", asked[0]?.outcome ?? null, "closed");

    const turns = [
      { calls: [{ tool: "sleeper", input: { seconds: 300 } }] },
      { text: "That was a good nap." },
    ];
    const dozing = await startedRun(
      platform,
      "dozer",
      JSON.stringify({ turns }),
      "effect.intended",
    );
    const patience = { what: "the tool's child process", timeoutMs: 10_000 };
    const child = await eventually(patience, async () => {
      return Number((await readFile(sleepers, "utf8")).trim()) || undefined;
    });
    proof.holds(isAlive(child), "the tool's child process was not there before the cancel");
    await cancelRun(proof, platform, dozing, "toolCall");
    proof.equals("childProcessAlive", isAlive(child), false);
  },
};

/** Starts a run and waits for an event of that type in its journal. Returns the run's id. */
async function startedRun(
  platform: Platform,
  agent: string,
  text: string,
  type: string,
): Promise<string> {
  const { runId } = await platform.client.runs.start({ agent, input: { text } });
  await eventually({ what: `${type} of ${agent}`, timeoutMs: 30_000, everyMs: 50 }, async () => {
    const events = await readEvents(platform.client, runId);
    return events.some((event) => event.type === type) || undefined;
  });
  return runId;
}

async function cancelRun(
  proof: Proof,
  platform: Platform,
  runId: string,
  during: string,
): Promise<void> {
  const started = Date.now();
  await platform.client.runs.cancel(runId, "the proof of it");
  const patience = { what: `run ${runId} to be cancelled`, timeoutMs: 30_000, everyMs: 20 };
  await eventually(patience, async () => {
    const { status } = await platform.client.runs.get(runId);
    return status === "cancelled" || undefined;
  });
  const took = Date.now() - started;
  proof.figure(`${during}CancelledAfterSeconds`, seconds(took));
  proof.holds(took <= longestSeconds * 1_000, `the ${during} took ${took} ms to be cancelled`);
  const before = await readEvents(platform.client, runId);
  await sleep(1_500);
  const after = await readEvents(platform.client, runId);
  proof.holds(after.at(-1)?.type === "run.cancelled", `the ${during} run has another last event`);
  proof.equals(`${during}EventsAfterCancel`, after.length - before.length, 0);
}
