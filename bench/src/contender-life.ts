import { createInterface } from "node:readline";

/** What a contender process can do once it is open; each answer is printed as a line of JSON. */
export interface ContenderLife {
  warmUp(): Promise<void>;
  /** What it says when it is warm. */
  ready(): object;
  /** The work, done each time it is told `go`; what it measured. */
  work(): Promise<object>;
  close(): Promise<void>;
}

/**
 * The life of a contender process: opens, warms up, says that it is ready, does its work when told
 * to, says what it measured, and closes when its input ends (so that others can look at it first).
 */
export async function liveAsContender(open: () => Promise<ContenderLife>): Promise<void> {
  process.once("disconnect", () => process.exit());
  const contender = await open();
  try {
    await contender.warmUp();
    say(contender.ready());
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "go") say(await contender.work());
    }
  } finally {
    await contender.close();
  }
  process.disconnect();
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
