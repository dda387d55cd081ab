/** Why a document cannot be read, as the thread that reads it tells. It loads nothing of the platform, to start fast. */
export class UnreadableError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "UnreadableError";
    this.remedy = remedy;
  }
}

/** A document that cannot be read, and what to do instead. */
export function unreadable(
  problem: string,
  remedy = "Ask for the document in another format, or for another copy of it.",
): UnreadableError {
  return new UnreadableError(`The document cannot be read: ${problem}.`, remedy);
}

/** A document that would take more than it may. */
export function tooLarge(problem: string): UnreadableError {
  return unreadable(problem, "Ask for the part of the document that matters.");
}
