import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { client } from "../../data/client.ts";

interface ToolSelectProps {
  /** Empty: none yet. */
  value: string;
  onChange: (tool: string) => void;
}

/** Chooses a tool by name. */
export function ToolSelect({ value, onChange }: ToolSelectProps) {
  const { data } = useQuery({
    queryKey: ["tools"],
    queryFn: () => client.tools.list(),
    staleTime: 60_000,
  });
  const names = data?.items.map(({ name }) => name) ?? [];
  return (
    <Select
      label="Tool"
      searchable
      allowDeselect={false}
      data={value === "" || names.includes(value) ? names : [...names, value]}
      value={value || null}
      onChange={(tool) => onChange(tool ?? "")}
    />
  );
}
