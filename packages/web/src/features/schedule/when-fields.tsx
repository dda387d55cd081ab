import { Group, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { units, type DraftFieldsProps, type ScheduleDraft } from "./schedule-draft.ts";

const kinds = [
  { value: "cron", label: "By a pattern" },
  { value: "every", label: "Every so often" },
  { value: "at", label: "Once" },
];
const zones = [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];

/** When it is due. */
export function WhenFields({ draft, errors, onChange }: DraftFieldsProps) {
  const { kind } = draft;
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="When"
        data={kinds}
        value={kind}
        onChange={(next) => onChange({ kind: next as ScheduleDraft["kind"] })}
      />
      {kind === "cron" && (
        <TextInput
          label="Cron pattern"
          description="minute hour day month weekday; six fields begin with seconds. L, W, # and @daily work."
          inputWrapperOrder={["label", "input", "description", "error"]}
          classNames={{ input: "mono" }}
          value={draft.cron}
          error={errors.cron}
          onChange={(event) => onChange({ cron: event.currentTarget.value })}
        />
      )}
      {kind === "every" && <EveryFields draft={draft} errors={errors} onChange={onChange} />}
      {kind === "at" && (
        <TextInput
          label="At"
          type="datetime-local"
          step={1}
          value={draft.at}
          error={errors.at}
          onChange={(event) => onChange({ at: event.currentTarget.value })}
        />
      )}
      {kind !== "every" && <ZoneField draft={draft} errors={errors} onChange={onChange} />}
    </>
  );
}

function EveryFields({ draft, errors, onChange }: DraftFieldsProps) {
  return (
    <Group gap="sm" align="flex-end" wrap="nowrap">
      <NumberInput
        label="Every"
        min={1}
        allowDecimal={false}
        value={draft.every}
        error={errors.every}
        onChange={(next) => onChange({ every: Number(next) || 1 })}
      />
      <Select
        aria-label="Unit"
        data={units}
        allowDeselect={false}
        value={String(draft.unit)}
        onChange={(next) => onChange({ unit: Number(next) })}
      />
    </Group>
  );
}

function ZoneField({ draft: { timeZone }, errors, onChange }: DraftFieldsProps) {
  return (
    <Select
      label="Time zone"
      description="Daylight saving is handled."
      inputWrapperOrder={["label", "input", "description", "error"]}
      searchable
      allowDeselect={false}
      data={zones.includes(timeZone) ? zones : [timeZone, ...zones]}
      value={timeZone}
      error={errors.timeZone}
      onChange={(next) => onChange({ timeZone: next ?? "UTC" })}
    />
  );
}
