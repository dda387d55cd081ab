/**
 * What takes known secrets out of whatever leaves the process, in each form that they may have: all of them,
 * for what only the platform's operators read.
 */
export interface RedactPort {
  /**
   * For what belongs to an organisation, or is answered to its callers: takes out its secrets and the platform's,
   * and no other organisation's. Null: the platform's alone.
   */
  of(organisation: string | null): RedactPort;
  text(text: string): string;
  /** A value as JSON has it: every string and every key. The same object when there is nothing in it. */
  json<T>(value: T): T;
  /** For text that comes in pieces: a secret that is split over pieces does not pass either. */
  pieces(): PieceRedactor;
}

export interface PieceRedactor {
  /** What can be shown of the text so far; the end of it may be held back until more has come. */
  push(piece: string): string;
}

/** For a process that knows no secrets. */
export const noRedaction: RedactPort = {
  of: () => noRedaction,
  text: (text) => text,
  json: (value) => value,
  pieces: () => ({ push: (piece) => piece }),
};
