import type { BreakerState, TargetHealth } from "@flotilla/core";
import { StatusIcon } from "../../components/status-badge.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { useNow } from "../../data/use-now.ts";
import styles from "./breaker-badge.module.css";

interface BreakerBadgeProps {
  breaker: BreakerState;
  health: TargetHealth | null;
  /** False when a call could not work at all. */
  ready?: boolean;
}

/** Whether calls are let through to a model, and if not, until when. */
export function BreakerBadge({ breaker, health, ready = true }: BreakerBadgeProps) {
  const until = health?.pausedUntil ?? null;
  const pausedMs = useNow((now) => (until === null ? 0 : Math.max(0, Date.parse(until) - now)));
  const openUntil = health?.openUntil ?? null;
  const openMs = useNow((now) =>
    openUntil === null ? 0 : Math.max(0, Date.parse(openUntil) - now),
  );
  const [tone, word] = !ready
    ? (["pending", "not ready"] as const)
    : breaker === "open"
      ? (["failed", `open, ${formatDuration(openMs)}`] as const)
      : breaker === "half_open"
        ? (["waiting", "half open"] as const)
        : pausedMs > 0
          ? (["waiting", `paused, ${formatDuration(pausedMs)}`] as const)
          : (["completed", "calls go through"] as const);
  const last = health?.lastError;
  return (
    <span
      className={styles["badge"]}
      data-tone={tone}
      title={last ? `Its last failure: ${last.code}` : undefined}
    >
      <StatusIcon status={tone} />
      {word}
    </span>
  );
}
