import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { abandonChildren, startChild } from "./child.ts";
import { contenders } from "./contenders.ts";
import { openDatabaseServer } from "./database.ts";
import { measureRuns, measureStreams, type Setting } from "./measure.ts";
import { parseOptions, usage, type BenchOptions } from "./options.ts";
import { installPeers } from "./peers.ts";
import { describeMachine, keepResult, type BenchResult, type ContenderResult } from "./result.ts";
import { renderTables } from "./table.ts";

let stopping = false;

const mockScript = fileURLToPath(new URL("mock.ts", import.meta.url));

async function bench(options: BenchOptions): Promise<BenchResult> {
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

/** A contender that fails loses that figure, not everyone's; the bench then ends with 1. */
async function attempt<T>(what: string, measure: () => Promise<T>): Promise<T | null> {
  log(what);
  try {
    return await measure();
  } catch (error) {
    if (stopping) throw error;
    log(`${what}: failed. ${(error as Error).message}`);
    process.exitCode = 1;
    return null;
  }
}

/** What is being measured fails for want of its processes; what was started is then cleared away. */
function stop(): void {
  stopping = true;
  abandonChildren();
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
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    const result = await bench(options);
    const file = await keepResult(result);
    console.log(options.json ? JSON.stringify(result) : renderTables(result));
    log(`\nKept as ${relative(process.cwd(), file)}`);
  } catch (error) {
    if (!stopping) throw error;
    process.exitCode = 130;
  }
}

await main();
