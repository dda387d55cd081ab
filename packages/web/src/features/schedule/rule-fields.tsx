import { NumberInput, Select, SimpleGrid } from "@mantine/core";
import { overlapSchema } from "@flotilla/core";
import type { DraftFieldsProps, ScheduleDraft } from "./schedule-draft.ts";
import { overlapWords } from "./schedule-words.ts";

const overlaps = overlapSchema.options.map((value) => ({ value, label: overlapWords[value] }));
const missed = [
  { value: "none", label: "catch nothing up" },
  { value: "last", label: "catch up the last one" },
  { value: "all", label: "catch up all of it" },
];

/** What happens when something comes in between. */
export function RuleFields({ draft, errors, onChange }: DraftFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <Select
        label="If one is under way"
        data={overlaps}
        allowDeselect={false}
        value={draft.overlap}
        onChange={(next) => onChange({ overlap: overlapSchema.parse(next) })}
      />
      <Select
        label="If it was missed"
        data={missed}
        allowDeselect={false}
        value={draft.missed}
        onChange={(next) => onChange({ missed: next as ScheduleDraft["missed"] })}
      />
      <NumberInput
        label="Catch up within"
        suffix=" h"
        min={0.01}
        max={720}
        disabled={draft.missed === "none"}
        value={draft.windowHours}
        error={errors.windowHours}
        onChange={(next) => onChange({ windowHours: Number(next) || 1 })}
      />
      <NumberInput
        label="Spread over"
        suffix=" s"
        min={0}
        max={86_400}
        allowDecimal={false}
        value={draft.jitterSeconds}
        error={errors.jitterSeconds}
        onChange={(next) => onChange({ jitterSeconds: Number(next) || 0 })}
      />
    </SimpleGrid>
  );
}
