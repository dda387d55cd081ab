import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@flotilla/api";
import { fold, isTerminal, type AgentSpecInput, type RunTree } from "@flotilla/core";
import { signalProcess } from "../../command.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { readRequests, startSimulator, type SimulatorProcess } from "../../simulator.ts";
import { audit, judge, type Execution, type Findings } from "../audit.ts";
import { applyAgent } from "../batch.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { modelSteps, readEvents, type History } from "../history.ts";
import { toolsFolder } from "../ledger-setting.ts";
import { between, oneOf } from "../random.ts";
import { readJsonLines, type Expected } from "../word-problems.ts";

/** Micro-USD per million tokens; nothing comes out round. */
const price = { input: 1_000_003, output: 4_000_007 };
/** What the manager says of each part at most. */
const tokensPerPart = 120;
/** What a worker says in each of its turns at most. */
const tokensPerTurn = 400;
const longestCancelSeconds = 2;
/** Between two kills, in milliseconds. */
const shortestPause = 300;
const longestPause = 3_000;
const treeTimeoutMs = 600_000;

interface Setting {
  platform: Platform;
  simulator: SimulatorProcess;
  requests: string;
  executions: string;
  workers: number;
  /** Model calls of each worker. */
  calls: number;
}

/**
 * A manager has fifty workers do parts of its work, side by side over two worker processes that are killed again
 * and again: one tree, the right result, nothing begun or done twice, and no more spent than its budget by the provider's own
 * bill. A tree whose budget is too small stops before it is over it; one that is cancelled stops within two seconds.
 */
export const manager: Claim = {
  name: "manager",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const setting = await open(proof, isFull ? 50 : 12, isFull ? 14 : 3);
    await killedTree(proof, setting);
    await tightTree(proof, setting);
    for (const afterMs of isFull ? [150, 900, 2_500] : [200, 1_200]) {
      await cancelledTree(proof, setting, afterMs);
    }
  },
};

async function open(proof: Proof, workers: number, calls: number): Promise<Setting> {
  const requests = join(proof.folder, "requests.jsonl");
  const executions = join(proof.folder, "executions.jsonl");
  const simulator = await startSimulator({
    latencyMs: 600,
    jitter: 0.5,
    price: `${price.input}:${price.output}`,
    log: requests,
  });
  proof.finally(() => simulator.stop());
  const platform = await startPlatform({
    workers: 2,
    env: {
      FLOTILLA_TOOLS: toolsFolder,
      FLOTILLA_CONCURRENCY: "6",
      E2E_LEDGER: executions,
      E2E_LEDGER_PAUSE_MS: "40",
    },
    config: {
      providers: { outside: { kind: "simulated", baseURL: simulator.url } },
      prices: { "outside/script": price },
    },
  });
  proof.finally(() => platform.stop());
  await applyAgent(platform, agent("worker", { tools: ["ledger"] }));
  return { platform, simulator, requests, executions, workers, calls };
}

function agent(name: string, spec: Partial<AgentSpecInput>): AgentSpecInput {
  return { name, model: "outside/script", settings: { maxOutputTokens: tokensPerTurn }, ...spec };
}

/** What a worker does: calls of a tool that keeps a ledger, then its part of the result. */
function task(number: number, calls: number): string {
  const usage = { outputTokens: tokensPerTurn };
  const turns = Array.from({ length: calls - 1 }, (_, call) => ({
    calls: [{ tool: "ledger", input: { expression: `${number}.${call}` } }],
    usage,
  }));
  return JSON.stringify({ turns: [...turns, { text: `part ${number}`, usage }] });
}

/** Starts a manager of that name and budget. Its last answer is what its workers answered, a line each. */
async function start(
  { platform, workers, calls }: Setting,
  name: string,
  maxCostUsd: number,
): Promise<string> {
  const spec = {
    tools: ["delegate"],
    team: { workers: ["worker"] },
    settings: { maxOutputTokens: workers * tokensPerPart },
    limits: { maxCostUsd },
  };
  await applyAgent(platform, agent(name, spec));
  const delegated = Array.from({ length: workers }, (_, number) => ({
    tool: "delegate",
    input: { agent: "worker", task: task(number, calls) },
  }));
  const turns = [{ calls: delegated }, { text: "{{results}}" }];
  const text = JSON.stringify({ turns });
  return (await platform.client.runs.start({ agent: name, input: { text } })).runId;
}

async function untilEnded(client: Client, runId: string): Promise<RunTree> {
  const patience = { what: `the tree of ${runId} to end`, timeoutMs: treeTimeoutMs, everyMs: 200 };
  return eventually(patience, async () => {
    const tree = await client.runs.tree(runId);
    return tree.nodes.every(({ status }) => isTerminal(status)) ? tree : undefined;
  });
}

async function killedTree(proof: Proof, setting: Setting): Promise<void> {
  const { platform, simulator, workers } = setting;
  const budgetMicros = 2_000_000;
  const runId = await start(setting, "manager", budgetMicros / 1e6);
  const kills = await killRepeatedly(proof, platform, runId);
  const tree = await untilEnded(platform.client, runId);
  proof.equals("kills", kills, proof.scale.kills);
  proof.equals("treeStatus", tree.status, "completed");
  proof.equals("runsOfTheTree", tree.nodes.length, workers + 1);
  proof.equals("children", tree.nodes.filter(({ parentId }) => parentId === runId).length, workers);
  const others = await platform.client.runs.list({ tree: "all", limit: 1_000 });
  proof.equals("runsOutsideTheTree", others.items.length - tree.nodes.length, 0);
  const histories = await readTree(platform.client, tree);
  const begun = histories.flatMap(({ run }) => run.children.map(({ callId }) => callId));
  proof.equals("partsBegunTwice", begun.length - new Set(begun).size, 0);
  judge(proof, await auditTree(setting, histories));
  await checkCosts(proof, setting, histories);
  const { micros } = await simulator.bill();
  proof.figure("treeMicros", tree.total.costMicros);
  proof.figure("billedMicros", micros);
  proof.figure("budgetMicros", budgetMicros);
  proof.holds(micros <= budgetMicros, "the provider's bill is above the budget");
  proof.holds(tree.total.costMicros <= budgetMicros, "the tree has cost more than its budget");
}

/** Kills a worker process at a random moment, and again once there are two. Returns how often. */
async function killRepeatedly(proof: Proof, platform: Platform, runId: string): Promise<number> {
  let kills = 0;
  while (kills < proof.scale.kills) {
    const { nodes } = await treeWith(platform.client, runId, kills === 0 ? 1 : 2);
    if (nodes[0] && isTerminal(nodes[0].status)) return kills;
    await sleep(between(proof.random, shortestPause, longestPause));
    const patience = { what: "a worker to kill", timeoutMs: 60_000, everyMs: 20 };
    const pid = await eventually(patience, () => {
      const pids = platform.workerPids();
      return pids.length > 0 ? oneOf(proof.random, pids) : undefined;
    });
    signalProcess(pid, "SIGKILL");
    kills += 1;
    const done = nodes.filter(({ status }) => isTerminal(status)).length;
    proof.tell(`kill ${kills}: ${done} of ${nodes.length} runs have ended`);
  }
  return kills;
}

/** Only the first kill may come before the manager has begun anything. */
async function treeWith(client: Client, runId: string, runs: number): Promise<RunTree> {
  const patience = { what: `${runs} runs in the tree`, timeoutMs: treeTimeoutMs, everyMs: 50 };
  return eventually(patience, async () => {
    const tree = await client.runs.tree(runId);
    return tree.nodes.length >= runs ? tree : undefined;
  });
}

/** The histories of a tree, its root as the last "row", each worker as the row of its part. */
async function readTree(client: Client, tree: RunTree): Promise<History[]> {
  const histories: History[] = [];
  for (const { runId, parentId } of tree.nodes) {
    const events = await readEvents(client, runId);
    const run = fold(events);
    const part = /"text":"part (\d+)"/.exec(run.input.text)?.[1];
    const row = parentId === null ? tree.nodes.length : Number(part) + 1;
    histories.push({ runId, row, events, run });
  }
  return histories;
}

async function auditTree(setting: Setting, histories: History[]): Promise<Findings> {
  const { workers, calls } = setting;
  const none = { question: "", answer: "", isCorrect: true };
  const parts: Expected[] = Array.from({ length: workers }, (_, number) => ({
    ...{ output: `part ${number}`, modelCalls: calls, toolCalls: calls - 1 },
    ...none,
  }));
  const merged = parts.map(({ output }) => output).join("\n");
  const whole = { output: merged, modelCalls: 2, toolCalls: workers, ...none };
  const ids = new Set(histories.map(({ runId }) => runId));
  const executions = (await readJsonLines(setting.executions)) as Execution[];
  const findings = audit({
    histories,
    expected: [...parts, whole],
    executions: executions.filter(({ runId }) => ids.has(runId)),
    requests: await readRequests(setting.requests),
  });
  // Parts that are delegated are no effects of the manager's own: runs do them.
  return { ...findings, neverExecuted: Math.max(0, findings.neverExecuted - workers) };
}

/** What the journal says of each completed call is what the provider billed for it, to the micro-unit. */
async function checkCosts(proof: Proof, setting: Setting, histories: History[]): Promise<void> {
  const answered = (await readRequests(setting.requests)).filter(
    ({ outcome }) => outcome === "answered",
  );
  const byStep = Map.groupBy(answered, ({ runId, step }) => `${runId}:${step}`);
  let wrong = 0;
  for (const { runId, run } of histories) {
    for (const { step, costMicros } of modelSteps(run)) {
      const billed = byStep.get(`${runId}:${step}`) ?? [];
      if (!billed.some((one) => one.costMicros === costMicros)) wrong++;
    }
  }
  proof.equals("callsBilledOtherwise", wrong, 0);
}

/** Its budget is enough for a part of the work: children stop before they are over their shares. */
async function tightTree(proof: Proof, setting: Setting): Promise<void> {
  const { platform, simulator, workers } = setting;
  const before = (await simulator.bill()).micros;
  const generous = 2_000_000;
  const probe = await untilEnded(platform.client, await start(setting, "probe", generous / 1e6));
  const spent = (await simulator.bill()).micros - before;
  proof.equals("undisturbedMicros", probe.total.costMicros, spent);
  const own = probe.nodes[0]?.own.costMicros ?? 0;
  // The manager's first call may cost that much; of what is left each worker gets half of what it needs.
  const mostOwn = 2 * own + (workers * tokensPerPart * price.output) / 1e6;
  const budgetMicros = Math.floor(mostOwn + 0.5 * (spent - own));
  const from = (await simulator.bill()).micros;
  const runId = await start(setting, "miser", budgetMicros / 1e6);
  const tree = await untilEnded(platform.client, runId);
  const billed = (await simulator.bill()).micros - from;
  proof.equals("tightBilledMicros", tree.total.costMicros, billed);
  proof.figure("tightBudgetMicros", budgetMicros);
  proof.holds(billed <= budgetMicros, `the bill of ${billed} is above the budget`);
  const stopped = tree.nodes.filter(({ depth, status }) => depth === 1 && status === "failed");
  proof.figure("stoppedByTheirShare", stopped.length);
  proof.holds(stopped.length > 0, "no worker was stopped by its share");
  const histories = await readTree(platform.client, tree);
  const shares = histories.filter(({ run }) => run.parent !== null);
  const over = shares.filter(({ run }) => run.costMicros > (run.parent?.budgetMicros ?? 0));
  proof.equals("workersOverTheirShare", over.length, 0);
}

async function cancelledTree(proof: Proof, setting: Setting, afterMs: number): Promise<void> {
  const { client } = setting.platform;
  const runId = await start(setting, `doomed-${afterMs}`, 5);
  await sleep(afterMs);
  const askedAt = Date.now();
  await client.runs.cancel(runId, "the proof of it");
  const patience = { what: `the tree of ${runId} to be cancelled`, timeoutMs: 30_000, everyMs: 25 };
  const tree = await eventually(patience, async () => {
    const now = await client.runs.tree(runId);
    return now.nodes.every(({ status }) => isTerminal(status)) ? now : undefined;
  });
  const took = Date.now() - askedAt;
  const name = `cancelAfter${afterMs}Ms`;
  proof.figure(`${name}Runs`, tree.nodes.length);
  proof.figure(`${name}Seconds`, seconds(took));
  proof.holds(took <= longestCancelSeconds * 1_000, `${name}: it took ${took} ms`);
  proof.equals(`${name}Status`, tree.status, "cancelled");
  await sleep(2_500);
  const later = await client.runs.tree(runId);
  proof.equals(`${name}RunsBegunLater`, later.nodes.length - tree.nodes.length, 0);
  const ids = new Set(later.nodes.map((node) => node.runId));
  const limit = askedAt + longestCancelSeconds * 1_000;
  const asked = (await readRequests(setting.requests)).filter((one) => ids.has(one.runId ?? ""));
  proof.equals(`${name}ModelCallsLater`, asked.filter(({ at }) => at > limit).length, 0);
  const made = ((await readJsonLines(setting.executions)) as Execution[]).filter((one) =>
    ids.has(one.runId),
  );
  proof.equals(`${name}ToolCallsLater`, made.filter((one) => one.begunAt > limit).length, 0);
}
