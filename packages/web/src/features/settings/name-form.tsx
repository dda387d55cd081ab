import { Button, Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { Line, Section } from "../../components/section.tsx";
import { auth, type Account } from "../../data/auth.ts";
import { meQuery } from "../../data/me.ts";

export function NameForm({ account: { user } }: { account: Account }) {
  const [name, setName] = useState(user.name);
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => auth.rename(name.trim()),
    onSuccess: () => cache.invalidateQueries({ queryKey: meQuery.queryKey }),
    onError: notifyError,
  });
  return (
    <Section title="You" aside={user.email}>
      <Line>
        <form
          style={{ flex: 1 }}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Group align="end" gap="sm" py={6}>
            <TextInput
              label="Name"
              flex={1}
              maxLength={100}
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              size="sm"
              loading={save.isPending}
              disabled={name.trim() === "" || name.trim() === user.name}
            >
              Save
            </Button>
          </Group>
        </form>
      </Line>
    </Section>
  );
}
