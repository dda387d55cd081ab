import { fileURLToPath } from "node:url";
import type { AgentSpecInput } from "@flotilla/core";
import type { Environment } from "../command.ts";
import { startSimulator, readRequests } from "../simulator.ts";
import { join } from "node:path";
import { audit, type Evidence, type Execution, type Findings } from "./audit.ts";
import type { Proof } from "./claim.ts";
import { readHistories } from "./history.ts";
import type { Client } from "@flotilla/api";
import { prepareWordProblems, readJsonLines, type Expected } from "./word-problems.ts";
import { existsSync } from "node:fs";

export const toolsFolder = fileURLToPath(new URL("../fixtures/tools", import.meta.url));

/** Tools are called this often in the recordings of it, so it is the one that is replayed. */
const model = "175b_verification";

/**
 * The word problems with everything that has an effect kept account of outside of the platform:
 * the model is a process of its own that logs its requests, and the tool that is called appends
 * to a file.
 */
export interface LedgerSetting {
  agent: AgentSpecInput;
  rows: string;
  expected: Expected[];
  /** For the platform and its workers. */
  env: Environment;
  config: object;
  /** Compares a batch that has ended with what was kept outside. */
  audit(client: Client, batchId: string): Promise<Findings>;
  /** What the tool has written so far. */
  executions(): Promise<Execution[]>;
}

export interface LedgerOptions {
  latencyMs: number;
  /** The tool takes up to so long before its entry, and as long after it. */
  pauseMs: number;
}

export async function prepareLedgerSetting(
  proof: Proof,
  { latencyMs, pauseMs }: LedgerOptions,
): Promise<LedgerSetting> {
  const problems = await prepareWordProblems(proof.scale, proof.folder);
  const recording = await problems.withTool(model, "ledger");
  const executions = join(proof.folder, "executions.jsonl");
  const requests = join(proof.folder, "requests.jsonl");
  const simulator = await startSimulator({
    recordings: [recording],
    latencyMs,
    jitter: 0.5,
    log: requests,
  });
  proof.finally(() => simulator.stop());
  const expected = problems.expected(model);
  const readExecutions = async () =>
    existsSync(executions) ? ((await readJsonLines(executions)) as Execution[]) : [];
  return {
    agent: { name: "clerk", model: "outside/ledger", tools: ["ledger"] },
    rows: problems.rows,
    expected,
    env: {
      FLOTILLA_TOOLS: toolsFolder,
      E2E_LEDGER: executions,
      E2E_LEDGER_PAUSE_MS: String(pauseMs),
    },
    config: { providers: { outside: { kind: "recorded", baseURL: simulator.url } } },
    async audit(client, batchId) {
      const evidence: Evidence = {
        histories: await readHistories(client, batchId),
        expected,
        executions: await readExecutions(),
        requests: await readRequests(requests),
      };
      return audit(evidence);
    },
    executions: readExecutions,
  };
}
