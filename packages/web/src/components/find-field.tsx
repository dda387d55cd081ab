import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";

interface FindFieldProps {
  /** What is found, for those who do not see the glass. */
  label: string;
  placeholder: string;
  /** What the address says that is looked for. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** What a list is narrowed by, as one types. */
export function FindField({ label, placeholder, value = "", onChange }: FindFieldProps) {
  return (
    <TextInput
      aria-label={label}
      placeholder={placeholder}
      size="xs"
      w={260}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
    />
  );
}
