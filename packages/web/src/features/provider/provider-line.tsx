import type { ModelItem, Provider } from "@flotilla/api";
import type { Credential } from "@flotilla/core";
import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formatPlural } from "../../components/count.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Within } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { credentialsQuery } from "../settings/settings-queries.ts";
import { providersQuery } from "./provider-queries.ts";
import { ProviderTest } from "./provider-test.tsx";

interface ProviderLineProps {
  provider: Provider;
  /** The organisation's own key, for whoever may read of it. */
  own: Credential | undefined;
  models: ModelItem[];
  onSet: () => void;
}

export function ProviderLine({ provider, own, models, onSet }: ProviderLineProps) {
  const { name, kind, ready } = provider;
  const may = useMay();
  const test = useMutation({
    mutationFn: () => client.providers.test(name),
    onError: notifyError,
  });
  return (
    <>
      <Line>
        <StatusIcon status={ready ? "completed" : "pending"} />
        <Text size="sm" flex="1 1 220px" miw={0} fw={500} component="div">
          {name}{" "}
          {kind !== name && (
            <Text span size="xs" c="dimmed">
              {kind}
            </Text>
          )}
          <Text size="xs" c="dimmed" fw={400}>
            <KeyWords provider={provider} own={own} />
            {models.length > 0 && ` · ${formatPlural(models.length, "model")} in use`}
          </Text>
        </Text>
        <Group gap={4} wrap="nowrap">
          {may("credentials.use") && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Test ${name}`}
              loading={test.isPending}
              onClick={() => test.mutate()}
            >
              Test
            </Button>
          )}
          <KeyActions provider={provider} own={own} onSet={onSet} />
        </Group>
      </Line>
      {test.data && (
        <Within label={`The test of ${name}`}>
          <ProviderTest tested={test.data} />
        </Within>
      )}
    </>
  );
}

function KeyWords({
  provider: { key, problem },
  own,
}: Pick<ProviderLineProps, "provider" | "own">) {
  return (
    <>
      {key === "own" && (
        <>
          Your organisation&apos;s key
          {own && (
            <>
              , set <RelativeTime at={own.rotatedAt} /> by {own.createdBy}
            </>
          )}
          {own?.test && !own.test.ok && ` – refused: ${own.test.message}`}
        </>
      )}
      {key === "platform" && "The platform's key"}
      {key === "none" && "Needs no key"}
      {key === "missing" && `No key. Set one here, or ${lowerFirst(problem ?? "on the server.")}`}
    </>
  );
}

function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

/** A simulated provider has nothing that a key could open. */
const keyless = new Set(["simulated", "recorded"]);

function KeyActions({
  provider: { name, kind },
  own,
  onSet,
}: Pick<ProviderLineProps, "provider" | "own" | "onSet">) {
  const mayWrite = useMay()("credentials.write");
  const cache = useQueryClient();
  if (!mayWrite || keyless.has(kind)) return null;
  const remove = async (credential: string) => {
    await client.credentials.remove(credential);
    await cache.invalidateQueries({ queryKey: credentialsQuery.queryKey });
    await cache.invalidateQueries({ queryKey: providersQuery.queryKey });
  };
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={own ? `Replace the key for ${name}` : `Set a key for ${name}`}
        onClick={onSet}
      >
        {own ? "Replace" : "Set a key"}
      </Button>
      {own && (
        <ConfirmButton
          label="Remove"
          name={`Remove the key for ${name}`}
          onConfirm={() => remove(own.name)}
        >
          All of its versions are deleted. Calls have the platform&apos;s key from now on, if it has
          one.
        </ConfirmButton>
      )}
    </>
  );
}
