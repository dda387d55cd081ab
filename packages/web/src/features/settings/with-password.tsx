import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";

interface WithPasswordProps<T> {
  submit: string;
  act: (password: string) => Promise<T>;
  onDone: (answer: T) => void;
}

/** Something that an open browser alone must not be enough for. */
export function WithPassword<T>({ submit, act, onDone }: WithPasswordProps<T>) {
  const [password, setPassword] = useState("");
  const confirm = useMutation({ mutationFn: () => act(password), onSuccess: onDone });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack gap="md">
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {confirm.error && <ErrorPanel error={confirm.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={confirm.isPending} disabled={password === ""}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
