import type { BreakerState } from "@flotilla/core";
import { VisuallyHidden } from "@mantine/core";
import { useTimeZone } from "../data/time-zone.ts";
import { useNow } from "../data/use-now.ts";
import { StatusIcon } from "./status-badge.tsx";
import { formatTime } from "./time-words.ts";
import styles from "./calls-badge.module.css";

interface CallsBadgeProps {
  breaker: BreakerState;
  health: {
    openUntil: string | null;
    pausedUntil?: string | null;
    lastError: { code: string } | null;
  } | null;
  /** False when a call could not work at all. */
  ready?: boolean;
  /** That all is well is told by the icon alone. */
  isShort?: boolean;
}

/** Whether calls are let through to a model or a tool, and if not, until when. */
export function CallsBadge({ breaker, health, ready = true, isShort }: CallsBadgeProps) {
  const openUntil = useTimeAhead(health?.openUntil ?? null);
  const pausedUntil = useTimeAhead(health?.pausedUntil ?? null);
  const [tone, word] = !ready
    ? (["pending", "not set up"] as const)
    : breaker === "open"
      ? (["failed", `paused after failures${openUntil && ` until ${openUntil}`}`] as const)
      : breaker === "half_open"
        ? (["waiting", "trying a call"] as const)
        : pausedUntil
          ? (["waiting", `paused by the provider until ${pausedUntil}`] as const)
          : (["completed", "healthy"] as const);
  const last = health?.lastError;
  const title = [word, last && `its last failure: ${last.code}`].filter(Boolean).join("; ");
  return (
    <span className={styles["badge"]} data-tone={tone} title={title}>
      <StatusIcon status={tone} />
      {isShort && tone === "completed" ? (
        <VisuallyHidden>{word}</VisuallyHidden>
      ) : (
        <span className="truncate">{word}</span>
      )}
    </span>
  );
}

/** The time of the day of a moment that is still to come, else nothing. */
function useTimeAhead(at: string | null): string {
  const timeZone = useTimeZone();
  return useNow((now) =>
    at !== null && Date.parse(at) > now ? formatTime(at, "clockSeconds", timeZone) : "",
  );
}
