import type { BatchProgress } from "@flotilla/core";

export type BatchAction = "start" | "pause" | "resume" | "cancel" | "retry";

/** What can be asked of a batch as it is now. */
export function legalActions({ status, rows, counts }: BatchProgress): BatchAction[] {
  switch (status) {
    case "draft":
      return rows > 0 ? ["cancel", "start"] : ["cancel"];
    case "running":
      return ["cancel", "pause"];
    case "paused":
      return ["cancel", "resume"];
    case "completed":
    case "cancelled":
      return counts.failed + counts.cancelled > 0 ? ["retry"] : [];
  }
}
