import { abandonChildren } from "./child.ts";

let stopping = false;

/** A contender that fails loses that figure, not everyone's; the bench then ends with 1. */
export async function attempt<T>(what: string, measure: () => Promise<T>): Promise<T | null> {
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
export function stop(): void {
  stopping = true;
  abandonChildren();
}

export function isStopping(): boolean {
  return stopping;
}

export function log(message: string): void {
  process.stderr.write(`${message}\n`);
}
