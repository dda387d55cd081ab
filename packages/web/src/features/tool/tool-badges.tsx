import type { ToolItem } from "@flotilla/api";
import type { ToolRisk } from "@flotilla/core";
import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { toolsQuery } from "./tool-queries.ts";
import { riskTones, riskWords } from "./tool-words.ts";

export function RiskBadge({ risk }: { risk: ToolRisk }) {
  return (
    <Text span size="sm" data-tone={riskTones[risk]} c="var(--tone-text)" title={riskWords[risk]}>
      {risk}
    </Text>
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
