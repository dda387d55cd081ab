import { TextInput } from "@mantine/core";

interface EmailFieldProps {
  value: string;
  onChange: (email: string) => void;
  /** It is known already, and not to be changed. */
  fixed?: boolean;
}

export function EmailField({ value, onChange, fixed = false }: EmailFieldProps) {
  return (
    <TextInput
      label="E-mail address"
      type="email"
      size="md"
      required
      withAsterisk={false}
      readOnly={fixed}
      autoComplete="username"
      data-autofocus={!fixed || undefined}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
