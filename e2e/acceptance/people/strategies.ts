import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@flotilla/api";
import { fold, isTerminal } from "@flotilla/core";
import { signalProcess } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { readRequests, startSimulator } from "../../simulator.ts";
import { audit, type Execution } from "../audit.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { readEvents, type History } from "../history.ts";
import { toolsFolder } from "../ledger-setting.ts";
import { between } from "../random.ts";
import { readJsonLines } from "../word-problems.ts";
import { hierarchical } from "./strategies/hierarchical.ts";
import { planAndSolve } from "./strategies/plan-and-solve.ts";
import { reflexion } from "./strategies/reflexion.ts";
import { callsOf, endOf, type Scenario } from "./strategies/scenario.ts";

const scenarios: readonly Scenario[] = [...planAndSolve, ...hierarchical, ...reflexion];
const patience = { timeoutMs: 180_000, everyMs: 100 };
/** From when the worker is at work to its end. */
const longestPauseMs = 2_000;
const killsPerRound = 3;

/**
 * Scripted models take every branch of plan-and-solve, hierarchies and Reflexion, all at the same time, while the worker is killed
 * again and again at moments that chance picks: each run comes to the end that it has to, by just the calls that it takes;
 * no model call that was answered is made again, and no call of a tool happens twice.
 */
export const strategies: Claim = {
  name: "strategies",
  async prove(proof) {
    const rounds = proof.scale.name === "full" ? 6 : 1;
    const requests = join(proof.folder, "requests.jsonl");
    const executions = join(proof.folder, "executions.jsonl");
    const simulator = await startSimulator({ latencyMs: 400, jitter: 0.5, log: requests });
    proof.finally(() => simulator.stop());
    const platform = await startPlatform({
      env: {
        FLOTILLA_TOOLS: toolsFolder,
        E2E_LEDGER: executions,
        E2E_LEDGER_PAUSE_MS: "100",
      },
      config: { providers: { outside: { kind: "simulated", baseURL: simulator.url } } },
    });
    proof.finally(() => platform.stop());
    await applyAgents(platform);
    const histories: History[] = [];
    for (let round = 0; round < rounds; round++) {
      histories.push(...(await playRound(proof, platform)));
      proof.tell(`round ${round + 1} of ${rounds} is over`);
    }
    proof.figure("scenarios", scenarios.length);
    proof.figure("runs", histories.length);
    judgeHistories(proof, histories);
    const children = await childrenOf(platform, histories);
    proof.figure("children", children.length);
    const made = (await readJsonLines(executions)) as Execution[];
    const found = audit({
      ...{ histories: [...histories, ...children], expected: [], executions: made },
      requests: await readRequests(requests),
    });
    proof.figure("modelCalls", found.modelCalls);
    proof.figure("toolCalls", found.toolCalls);
    proof.figure("restartedCalls", found.restartedCalls);
    proof.figure("reconciled", found.reconciled);
    for (const name of ["executedTwice", "begunAfterDone", "neverExecuted"] as const) {
      proof.equals(name, found[name], 0);
    }
    for (const name of ["askedAfterCompleted", "askedUnannounced", "staleEvents"] as const) {
      proof.equals(name, found[name], 0);
    }
  },
};

function nameOf(index: number): string {
  return `scripted-${index}`;
}

async function applyAgents({ client }: Platform): Promise<void> {
  const scripted = (scenes: Scenario["scenes"]) => ({
    ...{ model: "outside/script", tools: ["ledger"], retry: { baseMs: 50 } },
    instructions: JSON.stringify({ scenes }),
  });
  for (const [index, { scenes, spec, others = [] }] of scenarios.entries()) {
    for (const { name, scenes: theirs } of others) {
      await client.agents.apply({ name, ...scripted(theirs) });
    }
    await client.agents.apply({ name: nameOf(index), ...scripted(scenes), ...spec });
  }
}

/** All scenarios at once, while the worker is killed. */
async function playRound(proof: Proof, platform: Platform): Promise<History[]> {
  const { client } = platform;
  const runIds: string[] = [];
  for (const index of scenarios.keys()) {
    const { runId } = await client.runs.start({ agent: nameOf(index), input: { text: "go" } });
    runIds.push(runId);
  }
  const acting = scenarios.map(async ({ act }, index) => act?.(client, runIds[index] as string));
  const killing = killWorkers(proof, platform);
  await Promise.all([...acting, killing]);
  return Promise.all(
    runIds.map(async (runId, index) => {
      const what = `${scenarios[index]?.name} (${runId}) to end`;
      await eventually({ what, ...patience }, async () => {
        const { status } = await client.runs.get(runId);
        return isTerminal(status) || undefined;
      });
      return readHistory(client, runId, index + 1);
    }),
  );
}

async function readHistory(client: Client, runId: string, row: number): Promise<History> {
  const events = await readEvents(client, runId);
  return { runId, row, events, run: fold(events) };
}

/** What the runs did that did parts of these. */
async function childrenOf({ client }: Platform, histories: History[]): Promise<History[]> {
  const ids = histories.flatMap(({ run }) => run.children.map(({ childId }) => childId));
  return Promise.all(ids.map((id) => readHistory(client, id, 0)));
}

async function killWorkers(proof: Proof, platform: Platform): Promise<void> {
  for (let kills = 0; kills < killsPerRound; kills++) {
    await eventually({ what: "a worker at work", ...patience }, async () => {
      const { workers } = await platform.client.status();
      return workers.some(({ activeRuns }) => activeRuns > 0) || undefined;
    });
    await sleep(between(proof.random, 0, longestPauseMs));
    const pid = await eventually({ what: "a worker", ...patience }, () => platform.workerPids()[0]);
    signalProcess(pid, "SIGKILL");
    proof.figure("kills", Number(proof.figures.kills ?? 0) + 1);
  }
}

function judgeHistories(proof: Proof, histories: readonly History[]): void {
  for (const { row, run, runId } of histories) {
    const { name, ends, calls } = scenarios[row - 1] as Scenario;
    const came = JSON.stringify(endOf(run));
    proof.holds(came === JSON.stringify(ends), `${name} (${runId}): it came to ${came}`);
    const made = callsOf(run);
    proof.holds(made === calls, `${name} (${runId}): its calls were ${made}`);
  }
  const disturbed = histories.filter(({ run }) => run.epoch > run.segment).length;
  proof.figure("runsTakenOver", disturbed);
}
