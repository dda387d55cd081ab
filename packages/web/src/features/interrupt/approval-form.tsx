import type { Interrupt, InterruptAnswering } from "@flotilla/api";
import type { Json } from "@flotilla/core";
import { Button, Group, Select, Stack, Textarea } from "@mantine/core";
import { IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useFocus } from "../../components/use-focus.ts";
import { EditForm } from "./edit-form.tsx";
import { useAnswerKeys } from "./use-answer-keys.ts";

interface ApprovalFormProps {
  interrupt: Interrupt;
  hasKeys: boolean;
  isPending: boolean;
  onAnswer: (answer: InterruptAnswering) => void;
}

type Scope = "once" | "run" | "agent";

/** Approves, edits or rejects just what is shown: the answer names its hash. */
export function ApprovalForm({ interrupt, hasKeys, isPending, onAnswer }: ApprovalFormProps) {
  const [mode, setMode] = useState<"edit" | "reject" | null>(null);
  const [scope, setScope] = useState<Scope>("once");
  const { hash, display, actions, kind, agentName } = interrupt;
  const canApprove = hash !== null && display?.hidden.length === 0;
  const canEdit = actions.includes("edit") && hash !== null;
  const approve = () => {
    if (!canApprove || isPending) return;
    onAnswer({ action: "approve", hash, ...(scope !== "once" && { always: scope }) });
  };
  useAnswerKeys(hasKeys, {
    a: approve,
    r: () => setMode("reject"),
    e: () => canEdit && setMode("edit"),
  });
  const common = { isPending, onCancel: () => setMode(null) };
  if (mode === "edit" && hash !== null) {
    const edit = (input: Json) => onAnswer({ action: "edit", hash, input });
    return <EditForm interrupt={interrupt} onEdit={edit} {...common} />;
  }
  if (mode === "reject") {
    const reject = (reason: string) => onAnswer({ action: "reject", reason });
    return <RejectForm onReject={reject} {...common} />;
  }
  return (
    <Group gap="xs">
      <Button
        leftSection={<IconCheck size={14} />}
        disabled={!canApprove}
        loading={isPending}
        onClick={approve}
      >
        Approve
      </Button>
      {canEdit && (
        <Button
          variant="default"
          leftSection={<IconPencil size={14} />}
          onClick={() => setMode("edit")}
        >
          Edit
        </Button>
      )}
      <Button variant="default" leftSection={<IconX size={14} />} onClick={() => setMode("reject")}>
        Reject
      </Button>
      {kind === "approval" && (
        <ScopeSelect agentName={agentName} value={scope} onChange={setScope} />
      )}
    </Group>
  );
}

interface ScopeSelectProps {
  agentName: string;
  value: Scope;
  onChange: (scope: Scope) => void;
}

/** "Always" writes a rule, which the rules of the tools list. */
function ScopeSelect({ agentName, value, onChange }: ScopeSelectProps) {
  return (
    <Select
      size="xs"
      w={230}
      aria-label="How far the approval goes"
      allowDeselect={false}
      value={value}
      onChange={(next) => next && onChange(next)}
      data={[
        { value: "once", label: "This call alone" },
        { value: "run", label: "Always, in this run" },
        { value: "agent", label: `Always, for ${agentName}` },
      ]}
    />
  );
}

interface RejectFormProps {
  isPending: boolean;
  onReject: (reason: string) => void;
  onCancel: () => void;
}

function RejectForm({ isPending, onReject, onCancel }: RejectFormProps) {
  const [reason, setReason] = useState("");
  const field = useFocus<HTMLTextAreaElement>();
  return (
    <Stack gap="sm">
      <Textarea
        label="Why it is rejected"
        description="The model is told."
        ref={field}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button
          color="red"
          disabled={reason.trim() === ""}
          loading={isPending}
          onClick={() => onReject(reason.trim())}
        >
          Reject
        </Button>
        <Button variant="default" onClick={onCancel}>
          Back
        </Button>
      </Group>
    </Stack>
  );
}
