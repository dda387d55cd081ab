import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { log } from "../attempt.ts";
import type { Bench } from "../bench.ts";
import { startChild } from "../child.ts";
import { openDatabaseServer } from "../database.ts";
import { startPlatform, type FlotillaPlatform } from "../flotilla-platform.ts";
import { describeMachine, type Machine } from "../machine.ts";
import { markdownTable } from "../markdown.ts";
import { processCpuMs, residentBytes } from "../process-figures.ts";
import { parseWebsocketOptions, websocketUsage, type WebsocketOptions } from "./options.ts";
import { SocketCrowd } from "./socket-crowd.ts";

const mockScript = fileURLToPath(new URL("../mock.ts", import.meta.url));
/** A token each 50 ms, for longer than all is measured. */
const drip = { LATENCY_MS: "50", TOKEN_DELAY_MS: "50", TOKENS: "4000" };

export interface ActiveFigures {
  subscriptions: number;
  messagesPerSecond: number;
  bytesPerMessage: number;
  /** Of the server. */
  cpuMsPerThousand: number;
  /** Resident memory of the server over what it had without connections, for each of them. */
  bytesPerConnection: number;
}

export interface WebsocketResult {
  at: string;
  machine: Machine;
  idle: number;
  active: number;
  runs: number;
  bytesPerIdleConnection: number;
  lost: number;
  measured: ActiveFigures[];
}

/** What connections that stay open cost the server, and how much goes over them. */
export const websocketsBench: Bench<WebsocketOptions, WebsocketResult> = {
  usage: websocketUsage,
  parse: parseWebsocketOptions,
  measure,
  render,
};

async function measure(options: WebsocketOptions): Promise<WebsocketResult> {
  const mock = startChild(mockScript, drip);
  const server = await openDatabaseServer();
  try {
    const { url } = await mock.next<{ url: string }>();
    const database = await server.create("flotilla_bench_websockets");
    const providers = { mock: `${url}/streams/v1` };
    const platform = await startPlatform({ databaseUrl: database.url, workers: 1, providers });
    try {
      const machine = describeMachine(server.version);
      return { at: new Date().toISOString(), machine, ...(await measureOn(platform, options)) };
    } finally {
      await platform.stop();
      await database.drop();
    }
  } finally {
    await mock.end();
    await server.stop();
  }
}

async function measureOn(platform: FlotillaPlatform, options: WebsocketOptions) {
  const { idle, active, runs } = options;
  const pid = platform.processes.find(({ role }) => role === "server")!.pid;
  const before = await settledMemory(pid);
  const crowd = new SocketCrowd(platform.url);
  log(`${idle} idle connections`);
  // What the first handshakes make the process keep for good is not a connection's.
  const first = Math.floor(idle / 2);
  await crowd.grow(first);
  const half = await settledMemory(pid);
  await crowd.grow(idle - first);
  const bytesPerIdleConnection = Math.round(((await settledMemory(pid)) - half) / (idle - first));
  const followers = await crowd.grow(active);
  const measured: ActiveFigures[] = [];
  for (const subscriptions of options.subscriptions) {
    log(`${active} connections follow ${subscriptions} runs each`);
    // New ones: what was written before would be read as fast as it can.
    const runIds = await startRuns(platform, runs);
    for (const [index, socket] of followers.entries()) {
      for (let sub = 0; sub < subscriptions; sub++) {
        const id = runIds[(index + sub) % runIds.length];
        socket.send(JSON.stringify({ type: "subscribe", sub, topic: "run", id }));
      }
    }
    const figures = await measureMessages(crowd, pid, options.seconds);
    const more = (await settledMemory(pid)) - before;
    const bytesPerConnection = Math.round(more / (idle + active));
    measured.push({ subscriptions, ...figures, bytesPerConnection });
    await Promise.all(runIds.map((runId) => platform.client.runs.cancel(runId)));
  }
  const { lost } = crowd;
  crowd.close();
  return { idle, active, runs, bytesPerIdleConnection, lost, measured };
}

async function measureMessages(crowd: SocketCrowd, pid: number, seconds: number) {
  await sleep(3_000);
  const cpuMs = await processCpuMs(pid);
  const { messages, bytes } = crowd;
  const began = performance.now();
  await sleep(seconds * 1_000);
  const count = crowd.messages - messages;
  return {
    messagesPerSecond: Math.round((count / (performance.now() - began)) * 1_000),
    bytesPerMessage: Math.round((crowd.bytes - bytes) / count),
    cpuMsPerThousand: Math.round(((await processCpuMs(pid)) - cpuMs) / (count / 1_000)),
  };
}

async function startRuns({ client }: FlotillaPlatform, count: number): Promise<string[]> {
  await client.agents.apply({ name: "writer", model: "mock/bench" });
  const start = () => client.runs.start({ agent: "writer", input: { text: "Write." } });
  const runs = await Promise.all(Array.from({ length: count }, start));
  return runs.map(({ runId }) => runId);
}

/** Memory moves with the garbage collector: the least of some looks. */
async function settledMemory(pid: number): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 10; look++) {
    least = Math.min(least, await residentBytes(pid));
    await sleep(200);
  }
  return least;
}

function render(result: WebsocketResult): string {
  const { machine, idle, active, runs, bytesPerIdleConnection, lost, measured } = result;
  const number = (value: number) => value.toLocaleString("en");
  return [
    `${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Postgres ${machine.postgres}, ` +
      `load ${machine.load.toFixed(1)} before; ${number(idle)} idle connections of ${number(bytesPerIdleConnection)} ` +
      `bytes each and ${number(active)} active ones, ${runs} runs at the same time; ${lost} connections lost.`,
    markdownTable(
      [
        "runs followed by each",
        "messages/s",
        "bytes/message",
        "server CPU ms/1,000",
        "bytes/connection",
      ],
      measured.map((one) =>
        [
          one.subscriptions,
          one.messagesPerSecond,
          one.bytesPerMessage,
          one.cpuMsPerThousand,
          one.bytesPerConnection,
        ].map(number),
      ),
    ),
  ].join("\n\n");
}
