import type { PlanStep } from "@flotilla/core";
import { SegmentedControl, Stack, Text } from "@mantine/core";
import { AgentSelect } from "../agent/agent-select.tsx";
import { ToolSelect } from "../tool/tool-select.tsx";
import { JsonField } from "../../components/json-field.tsx";

type Uses = PlanStep["uses"];

interface DoerFieldsProps {
  uses: Uses;
  onChange: (uses: Uses) => void;
}

/** Who does a step. */
export function DoerFields({ uses, onChange }: DoerFieldsProps) {
  const choose = (kind: Uses["kind"]) => {
    if (kind === "self") onChange({ kind });
    else if (kind === "tool") onChange({ kind, tool: "", input: {} });
    else onChange({ kind, agent: "" });
  };
  return (
    <Stack gap="xs">
      <div>
        <Text size="sm" fw={500} mb={3} aria-hidden>
          Done by
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="Done by"
          value={uses.kind}
          onChange={choose}
          data={[
            { value: "self", label: "The agent itself" },
            { value: "tool", label: "A tool" },
            { value: "agent", label: "Another agent" },
          ]}
        />
      </div>
      {uses.kind === "tool" && (
        <>
          <ToolSelect value={uses.tool} onChange={(tool) => onChange({ ...uses, tool })} />
          <JsonField
            label="Arguments, as JSON"
            value={uses.input}
            onChange={(input) => onChange({ ...uses, input })}
          />
        </>
      )}
      {uses.kind === "agent" && (
        <AgentSelect
          label="Agent"
          value={uses.agent || null}
          allowDeselect={false}
          onChange={(agent) => onChange({ ...uses, agent: agent ?? "" })}
        />
      )}
    </Stack>
  );
}
