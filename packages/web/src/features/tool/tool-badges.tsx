import type { ToolItem } from "@flotilla/api";
import type { ToolRisk } from "@flotilla/core";
import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatDuration } from "../../components/duration.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useNow } from "../../data/use-now.ts";
import { toolsQuery } from "./tool-queries.ts";
import { riskTones, riskWords } from "./tool-words.ts";
import styles from "./tool-badges.module.css";

export function RiskBadge({ risk }: { risk: ToolRisk }) {
  return (
    <Text span size="sm" data-tone={riskTones[risk]} c="var(--tone-text)" title={riskWords[risk]}>
      {risk}
    </Text>
  );
}

/** Whether calls of a tool are made, and if not, until when. */
export function ToolBreaker({ tool: { breaker, health } }: { tool: ToolItem }) {
  const until = health?.openUntil ?? null;
  const openMs = useNow((now) => (until === null ? 0 : Math.max(0, Date.parse(until) - now)));
  const [tone, word] =
    breaker === "open"
      ? (["failed", `open, ${formatDuration(openMs)}`] as const)
      : breaker === "half_open"
        ? (["waiting", "half open"] as const)
        : (["completed", "closed"] as const);
  const last = health?.lastError;
  return (
    <span
      className={styles["breaker"]}
      data-tone={tone}
      title={last ? `Its last failure: ${last.code}` : undefined}
    >
      <StatusIcon status={tone} />
      {word}
    </span>
  );
}

/** Lets calls through again at once; there only where they are held back, for who may. */
export function ResetButton({ tool: { name, breaker } }: { tool: ToolItem }) {
  const cache = useQueryClient();
  const mayReset = useMay()("tools.use");
  const reset = useMutation({
    mutationFn: () => client.tools.reset(name),
    onSuccess: () => cache.invalidateQueries({ queryKey: toolsQuery.queryKey }),
    onError: notifyError,
  });
  if (!mayReset || breaker === "closed") return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={reset.isPending}
      onClick={() => reset.mutate()}
      aria-label={`Reset ${name}`}
    >
      Reset
    </Button>
  );
}
