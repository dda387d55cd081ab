/** What the shell gets. Part of the contract with scripts: see docs/cli.md. */
export const exitCodes = {
  ok: 0,
  error: 1,
  /** It ended, but a run or some rows failed. */
  incomplete: 2,
  /** The command line is wrong (EX_USAGE of sysexits.h). */
  usage: 64,
  /** The server does not answer (EX_UNAVAILABLE). */
  unreachable: 69,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
