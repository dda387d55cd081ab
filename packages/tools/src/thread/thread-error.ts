/** How a thread's work ended without an answer: it took too long, had no memory left, or failed by itself. */
export type ThreadEnd = "time" | "memory" | "failed";

/** Thrown when a thread did not answer. The message is for the log: what it says may be a stranger's. */
export class ThreadError extends Error {
  readonly how: ThreadEnd;
  /** The name of the error that the work threw, where it threw one. */
  readonly thrown: string | undefined;
  /** What to do about it, where the work said so. */
  readonly remedy: string | undefined;

  constructor(how: ThreadEnd, message: string, thrown?: string, remedy?: string) {
    super(message);
    this.name = "ThreadError";
    this.how = how;
    this.thrown = thrown;
    this.remedy = remedy;
  }
}
