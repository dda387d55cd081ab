import { momentOf } from "@flotilla/core";
import { TextInput } from "@mantine/core";
import { useTimeZone } from "../data/time-zone.ts";

interface TimeFieldProps {
  label: string;
  /** `2026-03-29T14:30`, as clocks in the reader's time zone show it. */
  value: string;
  onChange: (value: string) => void;
}

/** A date and a time of day in the reader's time zone. */
export function TimeField({ label, value, onChange }: TimeFieldProps) {
  return (
    <TextInput
      label={label}
      description={useTimeZone()}
      inputWrapperOrder={["label", "input", "description"]}
      type="datetime-local"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What stands in a time field as a moment, ISO 8601; empty while it is none. */
export function fieldMoment(value: string, timeZone: string): string {
  const wall = Date.parse(`${value}Z`);
  return Number.isNaN(wall) ? "" : new Date(momentOf(timeZone, wall)).toISOString();
}
