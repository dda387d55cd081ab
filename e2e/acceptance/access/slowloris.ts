import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startPlatform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

/** An answer that fills every buffer on the way, and one more than once. */
const largeAnswer = "/docs/swagger-ui-bundle.js";
const largeAnswers = 24;
/** One in so many takes its answers slowly: each has the server fill some MiB of buffers first… */
const readerEvery = 10;
/** …within this time. */
const settledMs = 4_000;

/**
 * Connections that send their headers slowly, or their bodies, or take their answers slowly: they are
 * given up one by one, and meanwhile everybody else is answered as quickly as ever.
 */
export const slowloris: Claim = {
  name: "slowloris",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const connections = isFull ? 400 : 60;
    const platform = await startPlatform({ workers: 0 });
    proof.finally(() => platform.stop());
    await applyAgent(platform, { name: "asked", model: "simulated/demo" });
    const port = Number(new URL(platform.url).port);
    const ask = async () => {
      const began = performance.now();
      const { runId } = await platform.client.runs.start({ agent: "asked", input: { text: "1" } });
      await platform.client.runs.get(runId);
      return performance.now() - began;
    };
    const before = await times(proof, ask, 20);

    const attackers = Array.from({ length: connections }, (_, i) => {
      return attack(
        port,
        i % readerEvery === 0 ? slowReader : i % 2 === 0 ? slowHeaders : slowBody,
      );
    });
    proof.finally(() => Promise.resolve(attackers.forEach(({ socket }) => socket.destroy())));
    await sleep(settledMs);
    const connected = attackers.filter(({ isOpen }) => isOpen()).length;
    proof.equals("connections", connected, connections);
    const during = await times(proof, ask, isFull ? 200 : 20);
    proof.figure("medianMsBefore", before.median);
    proof.figure("medianMsDuring", during.median);
    proof.atMost("slowestMsDuring", during.slowest, 2_000);

    const left = () => attackers.filter(({ isOpen }) => isOpen()).length;
    const began = performance.now();
    await eventually({ what: "slow connections to be given up", timeoutMs: 180_000 }, () =>
      Promise.resolve(left() === 0 || undefined),
    );
    proof.figure("givenUpWithinSeconds", Math.round((performance.now() - began) / 1_000));
    await ask();
  },
};

async function times(proof: Proof, ask: () => Promise<number>, count: number) {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) taken.push(await ask());
  const sorted = taken.map(Math.round).toSorted((a, b) => a - b);
  proof.tell(`${count} requests, the slowest in ${sorted.at(-1)} ms`);
  return { median: sorted[count >> 1] ?? 0, slowest: sorted.at(-1) ?? 0 };
}

/** Sends what there is to send, and resolves when it has nothing more to do. */
type Attack = (socket: Socket) => void;

function attack(port: number, kind: Attack) {
  const socket = connect(port, "127.0.0.1");
  let open = true;
  socket.on("error", () => undefined);
  socket.once("close", () => (open = false));
  socket.once("connect", () => kind(socket));
  return { socket, isOpen: () => open };
}

/** A byte a second. */
function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 1_000);
  socket.once("close", () => clearInterval(timer));
  socket.resume();
}

const slowHeaders: Attack = (socket) => {
  socket.write("GET /api/v1/status HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
  drip(socket, "x");
};

const slowBody: Attack = (socket) => {
  socket.write(
    "POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n",
  );
  drip(socket, " ");
};

/** Asks for more than any buffer holds, and takes none of it. */
const slowReader: Attack = (socket) => {
  socket.pause();
  const request = `GET ${largeAnswer} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  socket.write(request.repeat(largeAnswers));
  // A paused socket does not see that it was closed; writing to it does.
  const timer = setInterval(() => socket.write("\r\n"), 2_000);
  socket.once("close", () => clearInterval(timer));
};
