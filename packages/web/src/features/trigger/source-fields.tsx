import { Group, MultiSelect, SegmentedControl, Select, TextInput } from "@mantine/core";
import type { Problems } from "../../components/problems-of.ts";
import type { TriggerDraft } from "./trigger-draft.ts";

interface SourceFieldsProps {
  draft: TriggerDraft;
  problems: Problems;
  /** Of one that is changed, what it is stays. */
  isFixed: boolean;
  onChange: (part: Partial<TriggerDraft>) => void;
}

const sources = [
  { value: "webhook", label: "On a webhook" },
  { value: "run", label: "When a run ends" },
  { value: "batch", label: "When a batch ends" },
];
const schemes = [
  { value: "flotilla", label: "Flotilla: flotilla-signature with the time" },
  { value: "github", label: "GitHub: x-hub-signature-256" },
];

/** What has to happen. */
export function SourceFields({ draft, problems, isFixed, onChange }: SourceFieldsProps) {
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="What has to happen"
        disabled={isFixed}
        data={sources}
        value={draft.on}
        onChange={(on) => onChange({ on: on as TriggerDraft["on"] })}
      />
      {draft.on === "webhook" ? (
        <Select
          label="How it is signed"
          description="Its address and its secret are shown once it is saved."
          inputWrapperOrder={["label", "input", "description", "error"]}
          allowDeselect={false}
          data={schemes}
          value={draft.scheme}
          onChange={(scheme) => onChange({ scheme: scheme === "github" ? scheme : "flotilla" })}
        />
      ) : (
        <EndedFields draft={draft} problems={problems} onChange={onChange} />
      )}
    </>
  );
}

const ends = ["completed", "failed", "cancelled"] as const;

function EndedFields({ draft, problems, onChange }: Omit<SourceFieldsProps, "isFixed">) {
  return (
    <>
      <MultiSelect
        label="When it is"
        data={[...ends]}
        value={draft.statuses}
        error={problems["source.statuses"]}
        onChange={(next) => onChange({ statuses: ends.filter((one) => next.includes(one)) })}
      />
      <Group grow align="start">
        <TextInput
          label="Of the agent"
          placeholder="any; * stands for any text"
          value={draft.ofAgent}
          error={problems["source.agent"]}
          onChange={({ currentTarget: { value } }) => onChange({ ofAgent: value })}
        />
        {draft.on === "batch" && (
          <TextInput
            label="Named"
            placeholder="any; * stands for any text"
            value={draft.ofName}
            error={problems["source.name"]}
            onChange={({ currentTarget: { value } }) => onChange({ ofName: value })}
          />
        )}
      </Group>
    </>
  );
}
