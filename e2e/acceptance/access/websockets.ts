import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@flotilla/api";
import { residentBytes } from "../../process-tree.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet, type Fleet } from "../start-fleet.ts";
import { SocketCrowd } from "./socket-crowd.ts";

/** Each live run writes at most ten pieces of text a second. */
const words = Array.from({ length: 600 }, (_, index) => `word${index + 1}`).join(" ");
const script = JSON.stringify({ turns: [{ text: words }] });
const short = JSON.stringify({ turns: [{ text: "ok" }] });
/** A client that takes nothing is dropped after 30 s and the two in which it could say goodbye. */
const droppedMs = 45_000;
const mostKilobytes = 60;
const mostStalledMegabytes = 48;

/** Thousands of WebSockets are open, hundreds of them follow live runs, and one takes nothing. */
export const websockets: Claim = {
  name: "websockets",
  async prove(proof) {
    const { idle, active, runs, measuredMs } =
      proof.scale.name === "full"
        ? { idle: 2_000, active: 500, runs: 25, measuredMs: 15_000 }
        : { idle: 100, active: 25, runs: 2, measuredMs: 3_000 };
    const config = {
      providers: { slow: { kind: "simulated", latencyMs: 50, tokensPerSecond: 40 } },
    };
    const fleet = await startFleet(proof, { env: {}, config }, { workers: 1, concurrency: 200 });
    const { client, url, pid } = fleet.platform;
    await client.agents.apply({ name: "writer", model: "slow/script" });
    const memory = () => residentBytes(pid) ?? 0;
    const crowd = new SocketCrowd(url);
    proof.finally(async () => crowd.close());

    await stalledClient(proof, fleet, memory);
    const before = await settled(memory);
    // What the first handshakes make the process keep for good is not a connection's.
    await crowd.grow(idle / 2);
    const half = await settled(memory);
    await crowd.grow(idle / 2);
    const perIdle = ((await settled(memory)) - half) / (idle / 2);
    proof.figure("idleConnections", idle);
    proof.atMost("kilobytesPerIdleConnection", Math.round(perIdle / 102.4) / 10, mostKilobytes);

    const runIds = await startRuns(client, runs, script);
    const followers = await Promise.all(Array.from({ length: active }, () => crowd.open()));
    for (const [index, socket] of followers.entries()) {
      for (let sub = 0; sub < 2; sub++) {
        const id = runIds[(index + sub) % runs];
        socket.send(JSON.stringify({ type: "subscribe", sub, topic: "run", id }));
      }
    }
    await sleep(3_000);
    const began = performance.now();
    const { messages, bytes } = crowd;
    await sleep(measuredMs);
    const passed = (performance.now() - began) / 1_000;
    proof.figure("activeConnections", active);
    proof.figure("messagesPerSecond", Math.round((crowd.messages - messages) / passed));
    proof.figure(
      "bytesPerMessage",
      Math.round((crowd.bytes - bytes) / (crowd.messages - messages)),
    );
    const perActive = Math.max(0, memory() - before) / (idle + active);
    proof.figure("kilobytesPerConnection", Math.round(perActive / 102.4) / 10);
    proof.holds(crowd.messages > messages, "no message came");
    proof.equals("outOfOrder", crowd.outOfOrder, 0);
    proof.equals("lostConnections", crowd.closed.length, 0);
  },
};

/** Memory moves with the garbage collector: the least of some looks. */
async function settled(memory: () => number): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 10; look++) {
    least = Math.min(least, memory());
    await sleep(200);
  }
  return least;
}

async function startRuns(client: Client, count: number, text: string): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      return (await client.runs.start({ agent: "writer", input: { text } })).runId;
    }),
  );
}

/** It asks for many journals of a megabyte each, and reads none of them. */
async function stalledClient(
  proof: Proof,
  { platform }: Fleet,
  memory: () => number,
): Promise<void> {
  const { client, url } = platform;
  const count = proof.scale.name === "full" ? 100 : 40;
  const large = short.padEnd(990_000, " ");
  const runIds: string[] = [];
  while (runIds.length < count) runIds.push(...(await startRuns(client, 5, large)));
  await eventually({ what: "the large runs to end", timeoutMs: 120_000 }, async () => {
    const { runs } = await client.status();
    return runs.pending + runs.running === 0 ? true : undefined;
  });
  const before = await settled(memory);
  const crowd = new SocketCrowd(url);
  proof.finally(async () => crowd.close());
  const socket = await crowd.open();
  const dropped = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.pause();
  for (const [sub, id] of runIds.entries()) {
    socket.send(JSON.stringify({ type: "subscribe", sub, topic: "run", id }));
  }
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, memory())), 200);
  proof.finally(async () => clearInterval(watch));
  const what = "the client that takes nothing to be dropped";
  await eventually({ what, timeoutMs: droppedMs }, () =>
    platform.log().includes("a client that takes no messages was dropped") ? true : undefined,
  );
  clearInterval(watch);
  socket.resume();
  proof.figure("stalledClosedWith", await dropped);
  proof.figure("stalledAskedForMegabytes", count);
  const grown = Math.max(0, Math.round((most - before) / 1e6));
  proof.atMost("stalledMegabytes", grown, mostStalledMegabytes);
}
