import { liveAsContender } from "./contender-life.ts";

/** What a contender is told in its environment. */
export interface Settings {
  /** A fresh database of its own. */
  databaseUrl: string;
  /** Where the mock provider is; `/runs/v1` and `/streams/v1` are its base URLs. */
  mockUrl: string;
  mode: "runs" | "streams";
  /** Runs, or streams, at once. */
  count: number;
}

/** A program that runs agents, made to do the bench's work. */
export interface Contender {
  /**
   * Takes this many runs to their end, all at once. Resolves with the time the last one ended, in
   * Unix milliseconds. Throws when one does not end with the answer.
   */
  runs(count: number): Promise<number>;
  /**
   * Streams this many answers at once, each to its end; for each, the milliseconds from asking
   * to the first text.
   */
  streams(count: number): Promise<number[]>;
  /** The processes that do the work. Left out: this one. */
  processes?: ContenderProcess[];
  close(): Promise<void>;
}

export interface ContenderProcess {
  role: "worker" | "server";
  pid: number;
}

/** What a contender process prints, a line of JSON each. It goes on when told `go`. */
export type ContenderMessage =
  | { ready: true; processes: ContenderProcess[] }
  | { done: ContenderFigures };

export interface ContenderFigures {
  /** From the first start to the last end; 0 for streams. */
  wallMs: number;
  /** CPU this process used meanwhile, by its own count. */
  ownCpuMs: number;
  /** One per stream; empty for runs. */
  firstTokenMs: number[];
}

const warmUp = 20;
const streamRounds = 3;

/** A contender process from its start to its end, as `liveAsContender` has it. */
export async function serveContender(
  open: (settings: Settings) => Promise<Contender>,
): Promise<void> {
  const settings = readSettings();
  await liveAsContender(async () => {
    const contender = await open(settings);
    const processes = contender.processes ?? [{ role: "worker", pid: process.pid }];
    return {
      async warmUp() {
        const count = Math.min(warmUp, settings.count);
        await (settings.mode === "runs" ? contender.runs(count) : contender.streams(count));
      },
      ready: (): ContenderMessage => ({ ready: true, processes }),
      work: async (): Promise<ContenderMessage> => ({ done: await measure(contender, settings) }),
      close: () => contender.close(),
    };
  });
}

async function measure(contender: Contender, { mode, count }: Settings): Promise<ContenderFigures> {
  const firstTokenMs: number[] = [];
  const cpu = process.cpuUsage();
  const start = Date.now();
  let end = start;
  if (mode === "runs") end = await contender.runs(count);
  for (let round = 0; mode === "streams" && round < streamRounds; round++) {
    firstTokenMs.push(...(await contender.streams(count)));
  }
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: end - start, ownCpuMs: (user + system) / 1_000, firstTokenMs };
}

/** Does it this many times at once; resolves when all are done. */
export function atOnce<T>(count: number, once: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, once));
}

function readSettings(): Settings {
  const { DATABASE_URL, MOCK_URL, MODE, COUNT } = process.env;
  if (
    !DATABASE_URL ||
    !MOCK_URL ||
    (MODE !== "runs" && MODE !== "streams") ||
    !(Number(COUNT) > 0)
  ) {
    throw new Error("A contender is started by the bench: npm run bench.");
  }
  return { databaseUrl: DATABASE_URL, mockUrl: MOCK_URL, mode: MODE, count: Number(COUNT) };
}
