import type { Run } from "./run.ts";

/** The run without what only its old status has. */
export function withoutStatus(run: Run): Run {
  const {
    waitingFor: _waitingFor,
    output: _output,
    calls: _calls,
    error: _error,
    cancelledBy: _cancelledBy,
    reason: _reason,
    endedAt: _endedAt,
    ...rest
  } = run as Run & Record<string, unknown>;
  return rest as unknown as Run;
}
