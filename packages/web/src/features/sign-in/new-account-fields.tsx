import { PasswordInput, TextInput } from "@mantine/core";

export interface NewAccount {
  name: string;
  password: string;
}

interface NewAccountFieldsProps<T extends NewAccount> {
  value: T;
  onChange: (value: T) => void;
  /** Whether the page begins with them. */
  isFirst?: boolean;
}

const leastPassword = 10;

/** A name, and a password that is long enough. */
export function NewAccountFields<T extends NewAccount>({
  value,
  onChange,
  isFirst = false,
}: NewAccountFieldsProps<T>) {
  const { name, password } = value;
  const isShort = password !== "" && password.length < leastPassword;
  return (
    <>
      <TextInput
        label="Your name"
        description="As others see it: in logs, and beside what you started."
        size="md"
        required
        withAsterisk={false}
        data-autofocus={isFirst || undefined}
        autoComplete="name"
        maxLength={100}
        value={name}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
      />
      <PasswordInput
        label="Password"
        description={`${leastPassword} characters or more.`}
        size="md"
        required
        withAsterisk={false}
        minLength={leastPassword}
        maxLength={200}
        autoComplete="new-password"
        error={isShort && `${leastPassword - password.length} more`}
        value={password}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
      />
    </>
  );
}
