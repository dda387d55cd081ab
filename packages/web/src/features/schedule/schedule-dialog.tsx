import { scheduleTimesSchema, type Schedule } from "@flotilla/core";
import { Modal, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { DraftForm } from "../../components/draft-form.tsx";
import { client } from "../../data/client.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import { RuleFields } from "./rule-fields.tsx";
import {
  draftOf,
  emptyDraft,
  specOf,
  timesOfDraft,
  type DraftErrors,
  type DraftFieldsProps,
  type ScheduleDraft,
} from "./schedule-draft.ts";
import { StartFields } from "./start-fields.tsx";
import { TimesPreview } from "./times-preview.tsx";
import { WhenFields } from "./when-fields.tsx";
import styles from "./schedule-dialog.module.css";

interface ScheduleDialogProps {
  /** null: closed. */
  editing: Schedule | "new" | null;
  onClose: () => void;
}

export function ScheduleDialog({ editing, onClose }: ScheduleDialogProps) {
  const isNew = editing === "new";
  return (
    <Modal
      opened={editing !== null}
      onClose={onClose}
      size={980}
      title={isNew ? "New schedule" : "Change the schedule"}
    >
      {editing !== null && <ScheduleForm schedule={isNew ? undefined : editing} onDone={onClose} />}
    </Modal>
  );
}

const places =
  "{{schedule.date}}, {{schedule.time}} and {{last.output}} are filled in when the run starts.";

function ScheduleForm({
  schedule,
  onDone,
}: {
  schedule: Schedule | undefined;
  onDone: () => void;
}) {
  const timeZone = useTimeZone();
  const [draft, setDraft] = useState(schedule ? draftOf(schedule.spec) : emptyDraft(timeZone));
  const [isTried, setTried] = useState(false);
  const { save, submit } = useSave(draft, schedule, onDone);
  const meant = specOf(draft, schedule?.spec);
  const errors = isTried && "errors" in meant ? meant.errors : {};
  const fields: DraftFieldsProps = {
    draft,
    errors,
    onChange: (change) => setDraft((old) => ({ ...old, ...change })),
  };
  return (
    <DraftForm
      button={schedule ? "Save" : "Create"}
      save={save}
      onSubmit={() => {
        setTried(true);
        submit();
      }}
    >
      <div className={styles["columns"]}>
        <Stack gap="md">
          <NameFields {...fields} isFixed={schedule !== undefined} />
          <WhenFields {...fields} errors={{ ...liveErrors(draft), ...errors }} />
          <StartFields {...fields} places={places} />
        </Stack>
        <div className={styles["side"]}>
          <Preview draft={draft} />
          <RuleFields {...fields} />
        </div>
      </div>
      {errors.other && <p role="alert">{errors.other}</p>}
    </DraftForm>
  );
}

function useSave(draft: ScheduleDraft, schedule: Schedule | undefined, onDone: () => void) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const save = useMutation({
    mutationFn: client.schedules.apply,
    async onSuccess({ name }) {
      await cache.invalidateQueries({ queryKey: ["schedules"] });
      onDone();
      if (!schedule) await navigate({ to: "/schedules/$name", params: { name } });
    },
  });
  const submit = () => {
    const meant = specOf(draft, schedule?.spec);
    if ("spec" in meant) save.mutate(meant.spec);
  };
  return { save, submit };
}

function NameFields({ draft, errors, onChange, isFixed }: DraftFieldsProps & { isFixed: boolean }) {
  return (
    <>
      <TextInput
        label="Name"
        placeholder="nightly-report"
        disabled={isFixed}
        data-autofocus={!isFixed || undefined}
        value={draft.name}
        error={errors.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Description"
        value={draft.description}
        error={errors.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
    </>
  );
}

/** The times are told to be wrong while they are written, since the preview is of them. */
function liveErrors(draft: ScheduleDraft): DraftErrors {
  const parsed = scheduleTimesSchema.safeParse(timesOfDraft(draft));
  if (parsed.success || (draft.kind === "at" && draft.at === "")) return {};
  return { [draft.kind]: parsed.error.issues[0]?.message };
}

const typingMs = 250;

function Preview({ draft }: { draft: ScheduleDraft }) {
  const [times] = useDebouncedValue(timesOfDraft(draft), typingMs);
  const parsed = scheduleTimesSchema.safeParse(times);
  return (
    <aside className={styles["preview"]} aria-live="polite" aria-label="Preview">
      <h3 className={styles["title"]}>Due next</h3>
      <TimesPreview times={parsed.success ? { ...parsed.data, count: 8 } : undefined} />
    </aside>
  );
}
