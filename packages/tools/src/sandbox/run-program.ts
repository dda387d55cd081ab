import type { Readable } from "node:stream";
import type { RunEnded } from "./sandbox.ts";
import type { StartedProgram } from "./start-program.ts";

/** Talks to a started program until its end, and keeps what it writes up to a bound. */
export async function runProgram(
  program: StartedProgram,
  {
    stdin,
    outputBytes,
    signal,
  }: { stdin?: string | Uint8Array; outputBytes: number; signal?: AbortSignal },
): Promise<RunEnded> {
  let room = outputBytes;
  const keep = (stream: Readable): Buffer[] => {
    const kept: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => {
      const fits = chunk.subarray(0, Math.max(0, room));
      if (fits.length > 0) kept.push(fits);
      if (room >= 0 && chunk.length > room) program.stopForOutput();
      room -= chunk.length;
    });
    return kept;
  };
  const stdout = keep(program.stdout);
  const stderr = keep(program.stderr);
  const stop = () => program.stop();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  program.stdin.end(stdin);
  try {
    const ended = await program.ended;
    return { ...ended, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
