import { fileURLToPath } from "node:url";
import { attempt, log } from "./attempt.ts";
import type { Bench } from "./bench.ts";
import { startChild } from "./child.ts";
import { contenders } from "./contenders.ts";
import { openDatabaseServer } from "./database.ts";
import { describeMachine } from "./machine.ts";
import { measureRuns, measureStreams, type Setting } from "./measure.ts";
import { parseOptions, usage, type BenchOptions } from "./options.ts";
import { installPeers } from "./peers.ts";
import type { BenchResult, ContenderResult } from "./result.ts";
import { renderTables } from "./table.ts";

const mockScript = fileURLToPath(new URL("mock.ts", import.meta.url));

/** What a step of an agent costs. */
export const stepsBench: Bench<BenchOptions, BenchResult> = {
  usage,
  parse: parseOptions,
  measure,
  render: renderTables,
};

async function measure(options: BenchOptions): Promise<BenchResult> {
  if (options.only.some((key) => contenders[key].peer)) await installPeers(log);
  const mock = startChild(mockScript, { LATENCY_MS: String(options.latencyMs) });
  const server = await openDatabaseServer();
  try {
    const { url } = await mock.next<{ url: string }>();
    return await measureAll(options, { server, mockUrl: url, mockPid: mock.pid });
  } finally {
    await mock.end();
    await server.stop();
  }
}

/** One contender after the other, each measurement in a fresh process on a fresh database. */
async function measureAll(options: BenchOptions, setting: Setting): Promise<BenchResult> {
  const { streams } = options;
  const result: BenchResult = {
    at: new Date().toISOString(),
    machine: describeMachine(setting.server.version),
    latencyMs: options.latencyMs,
    bareStreams: streams > 0 ? await measureStreams(setting, "floor", streams) : null,
    contenders: [],
  };
  for (const key of options.only) {
    const contender: ContenderResult = { key, runs: [], streams: null };
    result.contenders.push(contender);
    for (const runs of options.runs) {
      const figures = await attempt(`${key}: ${runs} runs at once`, () =>
        measureRuns(setting, key, runs),
      );
      if (figures) contender.runs.push(figures);
    }
    if (key === "floor") contender.streams = result.bareStreams;
    else if (streams > 0) {
      contender.streams = await attempt(`${key}: ${streams} streams at once`, () =>
        measureStreams(setting, key, streams),
      );
    }
  }
  return result;
}
