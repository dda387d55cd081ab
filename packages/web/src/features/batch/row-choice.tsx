import type { BatchRow } from "@flotilla/api";
import { Button, Checkbox } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BulkBar } from "../../components/bulk-bar.tsx";
import { formatPlural } from "../../components/count.tsx";
import type { Column } from "../../components/data-table.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { steerMany } from "../run/steer-many.ts";
import { batchQuery, batchRowsKey } from "./batch-queries.ts";
import styles from "./row-choice.module.css";

/** The runs of the rows that are chosen. */
export type ChosenRuns = ReadonlySet<string>;

/** A box for each row that can be retried. */
export function choiceColumn(
  chosen: ChosenRuns,
  onChange: (chosen: ChosenRuns) => void,
): Column<BatchRow> {
  return {
    header: "Choose",
    isHeaderHidden: true,
    width: "18px",
    cell: ({ row, runId, status }) =>
      runId !== null &&
      (status === "failed" || status === "cancelled") && (
        <span className={styles["mark"]}>
          <Checkbox
            size="xs"
            aria-label={`Choose row ${row}`}
            checked={chosen.has(runId)}
            onChange={({ currentTarget }) => {
              const next = new Set(chosen);
              if (currentTarget.checked) next.add(runId);
              else next.delete(runId);
              onChange(next);
            }}
          />
        </span>
      ),
  };
}

interface ChosenBarProps {
  batchId: string;
  chosen: ChosenRuns;
  onDone: () => void;
}

/** Retries what is chosen, each row from the step that failed. */
export function ChosenBar({ batchId, chosen, onDone }: ChosenBarProps) {
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => steerMany("retry", [...chosen]),
    onSuccess({ steered, refused }) {
      const [first] = refused;
      notifications.show({
        message:
          `${formatPlural(steered, "row goes", "rows go")} on.` +
          (first ? ` ${refused.length} were refused: ${first}` : ""),
        color: first ? "yellow" : "teal",
      });
      onDone();
      void cache.invalidateQueries({ queryKey: batchQuery(batchId).queryKey });
      void cache.invalidateQueries({ queryKey: batchRowsKey(batchId) });
    },
    onError: notifyError,
  });
  return (
    <BulkBar count={chosen.size} onNone={onDone}>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconRefresh size={14} />}
        loading={retry.isPending}
        onClick={() => retry.mutate()}
      >
        Retry {chosen.size}
      </Button>
    </BulkBar>
  );
}
