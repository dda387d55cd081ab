import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { toolsQuery } from "./tool-queries.ts";

interface ToolSelectProps {
  /** Empty: none yet. */
  value: string;
  onChange: (tool: string) => void;
}

/** Chooses a tool by name. */
export function ToolSelect({ value, onChange }: ToolSelectProps) {
  const { data } = useQuery(toolsQuery);
  const names = data?.items.map(({ name }) => name) ?? [];
  return (
    <Select
      label="Tool"
      placeholder="Choose a tool"
      searchable
      allowDeselect={false}
      data={value === "" || names.includes(value) ? names : [...names, value]}
      value={value || null}
      onChange={(tool) => onChange(tool ?? "")}
    />
  );
}
