import type { BatchProgress, RowCounts } from "@flotilla/core";

const none: RowCounts = {
  pending: 0,
  running: 0,
  waiting: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
};

/** A batch in the middle of its work, with the figures that a test cares about. */
export function batchOf(
  counts: Partial<RowCounts>,
  is: Partial<BatchProgress> = {},
): BatchProgress {
  const all = { ...none, ...counts };
  return {
    id: "bat_1",
    name: "questions.jsonl",
    status: "running",
    pausedBy: null,
    agentName: "math",
    agentVersion: 2,
    template: "{{question}}",
    concurrency: 100,
    priority: 5,
    budgetMicros: null,
    organisation: "default",
    environment: "prod",
    startedBy: null,
    user: null,
    labels: [],
    economyUntil: null,
    fork: null,
    check: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    startedAt: "2026-01-01T00:00:01.000Z",
    endedAt: null,
    rows: Object.values(all).reduce((sum, count) => sum + count, 0),
    counts: all,
    steps: 10,
    inputTokens: 12_000,
    outputTokens: 340,
    costMicros: 12_300,
    costIncomplete: false,
    tokensPerSecond: 12_345,
    etaSeconds: 125,
    ...is,
  };
}
