/** What a server may take of a worker. */
export const mcpLimits = {
  /** Of one message. */
  messageBytes: 4 * 1024 * 1024,
  /** Of all messages of one stream; it is cut off then, and one that was not of a call is opened again. */
  streamBytes: 32 * 1024 * 1024,
  streamMessages: 10_000,
  /** Tools that are taken from its list, of those that the settings let through. */
  tools: 500,
  /** Of a list: its pages, and all of them together. */
  pages: 100,
  listBytes: 16 * 1024 * 1024,
  /** Questions to models, and rounds of questions, that one call may have. */
  samplings: 10,
  rounds: 10,
  /** A call that asks people is held open so long, in protocols in which it can go on then; shorter than `idleMs`. */
  heldMs: 2 * 60_000,
  /** So many of them at one server. */
  heldCalls: 100,
  /** What is kept for it until its questions are answered. */
  stateBytes: 64 * 1024,
  connectMs: 15_000,
  /** All that is asked for a sign-in, or to renew one; while one process does, the others wait. */
  signInMs: 30_000,
  signInBytes: 1024 * 1024,
  /** Tokens are renewed so long before they end. */
  renewMs: 30_000,
  /** A connection that nobody has used for so long is closed. */
  idleMs: 5 * 60_000,
  /** After it said that its list changed, the list is read again no sooner. */
  relistMs: 5_000,
  /** How often its log lines count, a second. */
  logLinesPerSecond: 20,
  /** What of its words goes into an error or a log line. */
  wordsLength: 2_000,
} as const;
