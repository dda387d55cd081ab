import { parseMetadata } from "@flotilla/api";
import { Button, Checkbox, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { stretches, type RunFilter } from "./run-search.ts";

interface RunFilterFormProps {
  filter: RunFilter;
  onApply: (change: RunFilter) => void;
}

const times = [
  { value: "", label: "Any time" },
  { value: "1h", label: "The last hour" },
  { value: "24h", label: "The last 24 hours" },
  { value: "7d", label: "The last 7 days" },
  { value: "30d", label: "The last 30 days" },
  { value: "range", label: "From … to …" },
];

/** What is asked for seldom. */
export function RunFilterForm({ filter, onApply }: RunFilterFormProps) {
  const [draft, setDraft] = useState(filter);
  const set = (change: RunFilter) => setDraft((old) => ({ ...old, ...change }));
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (!isWrong(draft)) onApply(draft);
  };
  return (
    <form onSubmit={apply}>
      <Stack gap="xs">
        <TimeFields draft={draft} onChange={set} />
        <Group gap="xs" grow>
          <NumberInput
            size="xs"
            label="Version"
            min={1}
            allowDecimal={false}
            value={draft.version ?? ""}
            onChange={(value) => set({ version: numberOf(value) })}
          />
          <TextInput
            size="xs"
            label="For (user)"
            value={draft.user ?? ""}
            onChange={(event) => set({ user: event.currentTarget.value || undefined })}
          />
        </Group>
        <Group gap="xs" grow>
          <NumberInput
            size="xs"
            label="Cost from"
            prefix="$"
            min={0}
            value={draft.least ?? ""}
            onChange={(value) => set({ least: numberOf(value) })}
          />
          <NumberInput
            size="xs"
            label="Cost to"
            prefix="$"
            min={0}
            value={draft.most ?? ""}
            onChange={(value) => set({ most: numberOf(value) })}
          />
        </Group>
        <OriginFields draft={draft} onChange={set} />
        <Button size="xs" type="submit">
          Show
        </Button>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  draft: RunFilter;
  onChange: (change: RunFilter) => void;
}

function TimeFields({ draft: { since, until }, onChange }: FieldsProps) {
  const isMoment = since !== undefined && !(since in stretches);
  const [isRange, setRange] = useState(isMoment || until !== undefined);
  return (
    <>
      <Select
        size="xs"
        label="Began"
        data={times}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        value={isRange ? "range" : (since ?? "")}
        onChange={(value) => {
          setRange(value === "range");
          const stretch = value === "range" || value === "" ? undefined : (value as "1h");
          onChange({ since: stretch, until: undefined });
        }}
      />
      {isRange && (
        <Group gap="xs" grow>
          <TextInput
            size="xs"
            type="datetime-local"
            label="From"
            value={localOf(since)}
            onChange={(event) => onChange({ since: momentOf(event.currentTarget.value) })}
          />
          <TextInput
            size="xs"
            type="datetime-local"
            label="Before"
            value={localOf(until)}
            onChange={(event) => onChange({ until: momentOf(event.currentTarget.value) })}
          />
        </Group>
      )}
    </>
  );
}

function OriginFields({ draft, onChange }: FieldsProps) {
  const fields = { schedule: "Schedule", batch: "Batch (id)", error: "Error fingerprint" } as const;
  return (
    <>
      {(["schedule", "batch", "error"] as const).map((name) => (
        <TextInput
          key={name}
          size="xs"
          label={fields[name]}
          maxLength={64}
          value={draft[name] ?? ""}
          onChange={(event) => onChange({ [name]: event.currentTarget.value.trim() || undefined })}
        />
      ))}
      <TextInput
        size="xs"
        label="Metadata"
        placeholder="customer=acme"
        maxLength={200}
        value={draft.metadata ?? ""}
        error={isWrong(draft) && "Write it as key=value, key=value"}
        onChange={(event) => onChange({ metadata: event.currentTarget.value || undefined })}
      />
      <Checkbox
        size="xs"
        label="Also runs that do a part of another one"
        checked={draft.parts ?? false}
        onChange={(event) => onChange({ parts: event.currentTarget.checked || undefined })}
      />
    </>
  );
}

function isWrong({ metadata }: RunFilter): boolean {
  return metadata !== undefined && !parseMetadata(metadata);
}

function numberOf(value: string | number): number | undefined {
  return value === "" ? undefined : Number(value);
}

/** As such a field takes it: in the reader's own time. */
function localOf(moment: string | undefined): string {
  if (moment === undefined || moment in stretches) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function momentOf(local: string): string | undefined {
  return local === "" ? undefined : new Date(local).toISOString();
}
