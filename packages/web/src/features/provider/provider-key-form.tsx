import type { Credential } from "@flotilla/core";
import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { credentialsQuery } from "../settings/settings-queries.ts";
import { providersQuery } from "./provider-queries.ts";

interface ProviderKeyFormProps {
  provider: string;
  /** The key that is replaced. */
  own: Credential | undefined;
  /** Names of all credentials of the environment. */
  taken: readonly string[];
  onDone: () => void;
}

const fewest = 8;

/** The key is sealed at once, and tried at the provider. */
export function ProviderKeyForm({ provider, own, taken, onDone }: ProviderKeyFormProps) {
  const [secret, setSecret] = useState("");
  const cache = useQueryClient();
  const name = own?.name ?? (taken.includes(provider) ? `${provider}-key` : provider);
  const save = useMutation({
    mutationFn: () =>
      client.credentials.set(name, {
        ...{ kind: "provider", provider, secret },
        description: own?.description ?? "",
        ...(own && { binding: own.binding }),
      }),
    onSuccess: async ({ test }) => {
      await cache.invalidateQueries({ queryKey: credentialsQuery.queryKey });
      await cache.invalidateQueries({ queryKey: providersQuery.queryKey });
      onDone();
      if (test && !test.ok) {
        notifications.show({
          title: `The key is kept, but ${provider} refused it`,
          message: test.message,
          color: "red",
        });
      } else {
        notifications.show({ message: `${provider} takes the key.` });
      }
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <PasswordInput
          label="Key"
          description="It is sealed, tried at the provider, and never shown again."
          autoComplete="off"
          data-autofocus
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={secret.length < fewest}>
            Save the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
