import type { Plan } from "@flotilla/core";
import { Alert, Button, Group, TextInput } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import type { PlanDraft } from "./use-plan-draft.ts";

interface PlanEditBarProps {
  edit: PlanDraft;
  canEdit: boolean;
  plan: Plan;
  /** A step was added, under this name. */
  onAdded: (id: string) => void;
}

/** Begins, saves and drops the changes of a plan, and says what is wrong with them. */
export function PlanEditBar(props: PlanEditBarProps) {
  const { edit, canEdit } = props;
  if (edit.actions) {
    return (
      <>
        <EditActions {...props} actions={edit.actions} />
        <EditProblems {...props} />
      </>
    );
  }
  if (!canEdit) return null;
  return (
    <Group>
      <Button variant="default" leftSection={<IconPencil size={14} />} onClick={edit.begin}>
        Edit the plan
      </Button>
    </Group>
  );
}

interface EditActionsProps extends PlanEditBarProps {
  actions: NonNullable<PlanDraft["actions"]>;
}

function EditActions({ edit, actions, onAdded }: EditActionsProps) {
  const { save, editCount } = edit;
  const isWrong = (edit.problems?.size ?? 0) > 0;
  return (
    <Group gap="xs">
      <Button
        disabled={isWrong || editCount === 0}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        Save {editCount > 0 && formatPlural(editCount, "change")}
      </Button>
      <Button variant="default" onClick={edit.drop}>
        Drop them
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => onAdded(actions.add())}
      >
        Add a step
      </Button>
      <TextInput
        size="xs"
        flex={1}
        maw={360}
        aria-label="Why the plan is changed"
        placeholder="Why (the journal keeps it)"
        value={edit.reason}
        onChange={(event) => edit.setReason(event.currentTarget.value)}
      />
    </Group>
  );
}

function EditProblems({ edit, plan }: PlanEditBarProps) {
  const { save, baseVersion } = edit;
  const general = edit.problems?.get("") ?? [];
  return (
    <>
      {general.length > 0 && (
        <Alert color="red" variant="light" title="The plan cannot be followed like this">
          {general.join("; ")}
        </Alert>
      )}
      {baseVersion !== plan.version && (
        <Alert
          color="yellow"
          variant="light"
          title={`There is a version ${plan.version} meanwhile`}
        >
          <Group gap="sm">
            Your changes were made to version {baseVersion}.
            <Button size="compact-xs" variant="default" onClick={edit.rebase}>
              Make them to version {plan.version}
            </Button>
          </Group>
        </Alert>
      )}
      {save.error && <ErrorPanel error={save.error} />}
    </>
  );
}
