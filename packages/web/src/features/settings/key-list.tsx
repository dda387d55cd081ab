import type { KeyMade } from "@flotilla/api";
import type { ApiKey } from "@flotilla/core";
import { Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { Time } from "../../components/time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { NewKeyForm } from "./new-key-form.tsx";
import { keysQuery } from "./settings-queries.ts";

/** Keys for programs: made, rotated, revoked; each secret is seen once. */
export function KeyList() {
  const { data, error, refetch } = useQuery(keysQuery);
  const mayWrite = useMay()("keys.write");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<KeyMade>();
  const cache = useQueryClient();
  const show = (key: KeyMade) => {
    setMaking(false);
    setMade(key);
    void cache.invalidateQueries({ queryKey: keysQuery.queryKey });
  };
  return (
    <Stack gap="md">
      <Section
        title="API keys"
        isTitleHidden
        aside={mayWrite && <NewButton onClick={() => setMaking(true)}>New key</NewButton>}
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && (
          <Empty title="No keys yet" command="flotilla keys create ci">
            A program signs in with a key: it acts in this organisation and environment, with a role
            and perhaps with fewer permissions than that.
          </Empty>
        )}
        {data && data.items.length > 0 && <KeyTable keys={data.items} onRotated={show} />}
      </Section>
      <Modal opened={making} onClose={() => setMaking(false)} title="New API key">
        <NewKeyForm onMade={show} />
      </Modal>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title="The secret">
        {made && (
          <SecretOnce
            label={`The key ${made.name}`}
            secret={made.secret}
            onDone={() => setMade(undefined)}
          />
        )}
      </Modal>
    </Stack>
  );
}

function KeyTable({ keys, onRotated }: { keys: ApiKey[]; onRotated: (key: KeyMade) => void }) {
  return (
    <Table fz="sm" aria-label="API keys">
      <Table.Thead>
        <Table.Tr>
          {["Name", "Key", "May", "Expires", "Last used", "Made by"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
          <ActionsHeader />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <KeyRow key={key.id} apiKey={key} onRotated={onRotated} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface KeyRowProps {
  apiKey: ApiKey;
  onRotated: (key: KeyMade) => void;
}

function KeyRow({ apiKey, onRotated }: KeyRowProps) {
  const { id, name, hint, role, scopes, expiresAt, lastUsedAt, createdBy } = apiKey;
  const mayWrite = useMay()("keys.write");
  const cache = useQueryClient();
  const rotate = useMutation({
    mutationFn: () => client.keys.rotate(id),
    onSuccess: onRotated,
    onError: notifyError,
  });
  const revoke = async () => {
    await client.keys.revoke(id);
    await cache.invalidateQueries({ queryKey: keysQuery.queryKey });
  };
  return (
    <Table.Tr>
      <Table.Td fw={500}>{name}</Table.Td>
      <Table.Td className="mono">{hint}…</Table.Td>
      <Table.Td title={scopes?.join(", ")}>
        {role}
        {scopes && <Text span size="xs" c="dimmed">{` ${scopes.length} of its permissions`}</Text>}
      </Table.Td>
      <Table.Td>{expiresAt ? <Time at={expiresAt} show="day" /> : "never"}</Table.Td>
      <Table.Td>{lastUsedAt ? <RelativeTime at={lastUsedAt} /> : "never"}</Table.Td>
      <Table.Td>{createdBy}</Table.Td>
      <Table.Td ta="right">
        {mayWrite && (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Rotate ${name}`}
              title="Another secret; the present one is good for a day more"
              loading={rotate.isPending}
              onClick={() => rotate.mutate()}
            >
              Rotate
            </Button>
            <ConfirmButton label="Revoke" name={`Revoke ${name}`} onConfirm={revoke}>
              Programs that use it are refused from now on. It cannot be taken back.
            </ConfirmButton>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
