import { fileURLToPath } from "node:url";
import { startChild } from "./child.ts";
import { contenders } from "./contenders.ts";
import { openDatabaseServer } from "./database.ts";
import { measureRuns, measureStreams, type Setting } from "./measure.ts";
import { parseOptions, usage, type BenchOptions } from "./options.ts";
import { installPeers } from "./peers.ts";
import { describeMachine, keepResult, type BenchResult, type ContenderResult } from "./result.ts";
import { renderTables } from "./table.ts";

const mockScript = fileURLToPath(new URL("mock.ts", import.meta.url));

async function bench(options: BenchOptions): Promise<BenchResult> {
  if (options.only.some((key) => contenders[key].peer)) await installPeers(log);
  const mock = startChild(mockScript, { LATENCY_MS: String(options.latencyMs) });
  const server = await openDatabaseServer();
  try {
    const { url } = await mock.next<{ url: string }>();
    return await measureAll(options, { server, mockUrl: url });
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
    for (const runs of options.runs) {
      log(`${key}: ${runs} runs at once`);
      contender.runs.push(await measureRuns(setting, key, runs));
    }
    if (streams > 0) {
      log(`${key}: ${streams} streams at once`);
      contender.streams =
        key === "floor" ? result.bareStreams : await measureStreams(setting, key, streams);
    }
    result.contenders.push(contender);
  }
  return result;
}

function log(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function main(): Promise<void> {
  let options: BenchOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    log(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const result = await bench(options);
  const file = await keepResult(result);
  console.log(options.json ? JSON.stringify(result) : renderTables(result));
  log(`\nKept as ${file}`);
}

await main();
