import type { BatchProgress, FailureGroup } from "@flotilla/core";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatPlural } from "../../components/count.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { settleAll } from "../dead-letter/settle.ts";
import { batchQuery } from "./batch-queries.ts";
import styles from "./batch-analysis.module.css";

interface FailureGroupsProps {
  batch: BatchProgress;
  groups: readonly FailureGroup[];
}

/** What failed, the same errors together; each group is shown, and retried, alone. */
export function FailureGroups({ batch, groups }: FailureGroupsProps) {
  const may = useMay();
  return (
    <Section title="Failures" aside="the same errors together">
      {groups.map((group) => (
        <Line key={group.fingerprint}>
          <StatusIcon status="failed" />
          <span className={styles["failure"]}>
            <span className={styles["message"]} title={group.error.message}>
              {group.error.message}
            </span>
            <span className="dimmed">
              {formatPlural(group.count, "row")}, the first is {group.row}. {group.error.remedy}
            </span>
          </span>
          {group.fingerprint && (
            <LinkButton
              size="compact-xs"
              variant="default"
              to="/runs"
              search={{ batch: batch.id, error: group.fingerprint }}
            >
              Show runs
            </LinkButton>
          )}
          {may("runs.steer") && group.fingerprint && group.error.code !== "row_invalid" && (
            <RetryGroup batchId={batch.id} fingerprint={group.fingerprint} />
          )}
        </Line>
      ))}
    </Section>
  );
}

function RetryGroup({ batchId, fingerprint }: { batchId: string; fingerprint: string }) {
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () =>
      settleAll((until) =>
        client.deadLetters.replayAll({
          batchId,
          fingerprint,
          ...(until !== undefined && { until }),
        }),
      ),
    onSuccess: (count) => {
      notifications.show({ message: `${formatPlural(count, "row is", "rows are")} retried.` });
      void cache.invalidateQueries({ queryKey: batchQuery(batchId).queryKey });
      void cache.invalidateQueries({ queryKey: ["batches", batchId] });
    },
    onError: notifyError,
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={<IconRefresh size={13} />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      Retry these
    </Button>
  );
}
