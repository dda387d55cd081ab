import type { Connection } from "@flotilla/core";
import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { connectionsQuery } from "./connection-queries.ts";
import { kindWords, placeWords } from "./connection-words.ts";

interface ConnectionLineProps {
  connection: Connection;
  onChange: () => void;
}

export function ConnectionLine({ connection, onChange }: ConnectionLineProps) {
  const { name, description, settings, test, credential } = connection;
  const status = test === null ? "pending" : test.ok ? "completed" : "failed";
  return (
    <Line>
      <StatusIcon status={status} />
      <Text size="sm" flex="1 1 220px" miw={0} component="div">
        <Text span size="sm" fw={500}>
          {name}
        </Text>{" "}
        <Text span size="xs" c="dimmed">
          {kindWords[settings.kind]}
          {description && ` · ${description}`}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {placeWords(settings)} · {credential === null ? "open to all" : `opened by ${credential}`}
        </Text>
        <TestWords connection={connection} />
      </Text>
      <ConnectionActions connection={connection} onChange={onChange} />
    </Line>
  );
}

function TestWords({ connection: { test } }: { connection: Connection }) {
  if (test === null) {
    return (
      <Text size="xs" c="dimmed">
        not tested since it was set
      </Text>
    );
  }
  return (
    <Text size="xs" data-tone={test.ok ? "completed" : "failed"} c="var(--tone-text)" role="status">
      {test.ok ? "it let us in" : test.message}, <RelativeTime at={test.at} />
    </Text>
  );
}

function ConnectionActions({ connection: { name }, onChange }: ConnectionLineProps) {
  const mayWrite = useMay()("connections.write");
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: connectionsQuery.queryKey });
  const test = useMutation({
    mutationFn: () => client.connections.test(name),
    onSuccess: renew,
    onError: notifyError,
  });
  const remove = async () => {
    await client.connections.remove(name);
    await renew();
  };
  if (!mayWrite) return null;
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Test ${name}`}
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        Test
      </Button>
      <Button size="compact-xs" variant="default" aria-label={`Change ${name}`} onClick={onChange}>
        Change
      </Button>
      <ConfirmButton label="Remove" name={`Remove ${name}`} onConfirm={remove}>
        Calls that use it fail from now on. The login that is its own is deleted with it.
      </ConfirmButton>
    </Group>
  );
}
