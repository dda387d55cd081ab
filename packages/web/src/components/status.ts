import type { BatchStatus, RunStatus } from "@flotilla/core";

/** Run statuses in the order people read them: what is going on, then what is over. */
export const statusOrder: readonly RunStatus[] = [
  "running",
  "waiting",
  "pending",
  "completed",
  "failed",
  "cancelled",
];

/** The status whose colour and icon another status borrows. */
export function statusTone(status: RunStatus | BatchStatus): RunStatus {
  if (status === "draft") return "pending";
  return status === "paused" ? "waiting" : status;
}
