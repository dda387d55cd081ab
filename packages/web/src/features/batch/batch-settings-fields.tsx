import { NumberInput, SimpleGrid } from "@mantine/core";

export interface BatchSettings {
  concurrency: number;
  priority: number;
  /** null: no budget. */
  budgetUsd: number | null;
}

interface BatchSettingsFieldsProps {
  value: BatchSettings;
  onChange: (settings: BatchSettings) => void;
}

export function BatchSettingsFields({ value, onChange }: BatchSettingsFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }}>
      <NumberInput
        label="Runs at once"
        min={1}
        max={10_000}
        allowDecimal={false}
        clampBehavior="strict"
        value={value.concurrency}
        onChange={(given) => onChange({ ...value, concurrency: Number(given) || 1 })}
      />
      <NumberInput
        label="Priority"
        description="0 to 9; higher starts first"
        inputWrapperOrder={["label", "input", "description"]}
        min={0}
        max={9}
        allowDecimal={false}
        clampBehavior="strict"
        value={value.priority}
        onChange={(given) => onChange({ ...value, priority: Number(given) || 0 })}
      />
      <NumberInput
        label="Budget"
        description="Pauses the batch once it is spent"
        inputWrapperOrder={["label", "input", "description"]}
        placeholder="No budget"
        prefix="$"
        min={0.01}
        step={1}
        value={value.budgetUsd ?? ""}
        onChange={(given) => onChange({ ...value, budgetUsd: Number(given) || null })}
      />
    </SimpleGrid>
  );
}
