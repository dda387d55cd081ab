import type { InboxItem } from "@flotilla/core";
import { Button, Checkbox, Group, Popover, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../data/me.ts";
import { commonActions, type BulkAnswer } from "./bulk-answer.ts";
import { keyOf, likeIt } from "./inbox-state.ts";

interface BulkBarProps {
  /** All that is shown. */
  items: readonly InboxItem[];
  /** Those that are chosen. */
  marked: readonly InboxItem[];
  onMark: (keys: ReadonlySet<string>) => void;
  onAnswer: (items: readonly InboxItem[], answer: BulkAnswer) => Promise<void>;
}

/** Chooses all or none, and answers what is chosen alike. */
export function BulkBar({ items, marked, onMark, onAnswer }: BulkBarProps) {
  const may = useMay();
  const answer = useMutation({
    mutationFn: (given: BulkAnswer) => onAnswer(marked, given),
    onSettled: () => onMark(new Set()),
  });
  const alike = likeIt(items, marked);
  if (!may("interrupts.answer")) return null;
  return (
    <Group gap="sm" mb="sm" mih={30}>
      <Checkbox
        size="xs"
        pl={13}
        label={marked.length > 0 ? `${marked.length} chosen` : "Choose all"}
        checked={marked.length > 0 && marked.length === items.length}
        indeterminate={marked.length > 0 && marked.length < items.length}
        onChange={(event) =>
          onMark(event.currentTarget.checked ? new Set(items.map(keyOf)) : new Set())
        }
      />
      {alike.length > marked.length && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => onMark(new Set(alike.map(keyOf)))}
        >
          All {alike.length} like it
        </Button>
      )}
      {marked.length > 0 && (
        <BulkActions marked={marked} isPending={answer.isPending} onAnswer={answer.mutate} />
      )}
    </Group>
  );
}

interface BulkActionsProps {
  marked: readonly InboxItem[];
  isPending: boolean;
  onAnswer: (answer: BulkAnswer) => void;
}

function BulkActions({ marked, isPending, onAnswer }: BulkActionsProps) {
  const actions = commonActions(marked);
  const count = marked.length;
  if (actions.length === 0) return <span className="dimmed">They take no answer in common.</span>;
  return (
    <>
      {actions.includes("approve") && (
        <Button loading={isPending} onClick={() => onAnswer({ action: "approve" })}>
          Approve {count}
        </Button>
      )}
      {actions.includes("redo") && (
        <Button variant="default" loading={isPending} onClick={() => onAnswer({ action: "redo" })}>
          Do {count} again
        </Button>
      )}
      {actions.includes("reject") && (
        <WithReason
          label={`Reject ${count}`}
          isPending={isPending}
          onReason={(reason) => onAnswer({ action: "reject", reason })}
        />
      )}
      {actions.includes("fail") && (
        <WithReason
          label={`Fail ${count}`}
          isPending={isPending}
          onReason={(reason) => onAnswer({ action: "fail", reason })}
        />
      )}
    </>
  );
}

interface WithReasonProps {
  label: string;
  isPending: boolean;
  onReason: (reason: string) => void;
}

function WithReason({ label, isPending, onReason }: WithReasonProps) {
  const [reason, setReason] = useState("");
  return (
    <Popover width={300} withArrow trapFocus>
      <Popover.Target>
        <Button variant="default" loading={isPending}>
          {label}…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Textarea
            label="Reason"
            description="The models are told."
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            color="red"
            disabled={reason.trim() === ""}
            loading={isPending}
            onClick={() => onReason(reason.trim())}
          >
            {label}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
