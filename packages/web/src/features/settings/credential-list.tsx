import type { Credential } from "@flotilla/core";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { CredentialForm } from "./credential-form.tsx";
import { CredentialUses } from "./credential-uses.tsx";
import { credentialsQuery } from "./settings-queries.ts";
import styles from "./credential-list.module.css";

type Doing = { what: "set" | "uses"; credential?: Credential };

/** Secrets that tools and models use without having them. None is ever shown. */
export function CredentialList() {
  const { data, error, refetch } = useQuery(credentialsQuery);
  const mayWrite = useMay()("credentials.write");
  const [doing, setDoing] = useState<Doing>();
  const hasStates = data?.items.some(({ provider }) => provider !== null) ?? false;
  const close = () => setDoing(undefined);
  return (
    <Stack gap="md">
      <Section
        title="Credentials of this environment"
        aside={
          mayWrite && (
            <NewButton onClick={() => setDoing({ what: "set" })}>New credential</NewButton>
          )
        }
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && (
          <Empty title="No credentials yet" command="{{credential:name}}">
            A credential is a stored secret: a provider&apos;s key, or what a tool sends to a
            service. Tools and models name it by a placeholder; it is put in on the way out, and
            only where it may go.
          </Empty>
        )}
        {data?.items.map((one) => (
          <CredentialLine key={one.id} credential={one} hasStates={hasStates} onDo={setDoing} />
        ))}
      </Section>
      <Modal
        opened={doing?.what === "set"}
        onClose={close}
        title={doing?.credential ? `Another secret for ${doing.credential.name}` : "New credential"}
      >
        {doing?.what === "set" && <CredentialForm credential={doing.credential} onDone={close} />}
      </Modal>
      <Modal
        opened={doing?.what === "uses"}
        onClose={close}
        size="xl"
        title={`Uses of ${doing?.credential?.name ?? ""}`}
      >
        {doing?.what === "uses" && doing.credential && (
          <CredentialUses name={doing.credential.name} />
        )}
      </Modal>
    </Stack>
  );
}

interface CredentialLineProps {
  credential: Credential;
  onDo: (doing: Doing) => void;
}

/** @param hasStates whether any of them can be tested: names are below one another then too. */
function CredentialLine({
  credential,
  hasStates,
  onDo,
}: CredentialLineProps & { hasStates: boolean }) {
  return (
    <Line>
      {hasStates && (
        <span className={styles["state"]}>
          {credential.provider !== null && <CredentialState credential={credential} />}
        </span>
      )}
      <CredentialWords credential={credential} />
      <CredentialActions credential={credential} onDo={onDo} />
    </Line>
  );
}

function CredentialWords({ credential }: { credential: Credential }) {
  const { name, kind, provider, description, binding, version, lastUsedAt } = credential;
  return (
    <Text size="sm" flex="1 1 220px" miw={0} component="div">
      <Text span size="sm" fw={500}>
        {name}
      </Text>{" "}
      <Text span size="xs" c="dimmed">
        {provider ?? kind}, version {version}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {[description, placeWords(binding)].filter(Boolean).join(" · ")}
      </Text>
      <Text size="xs" c="dimmed">
        {lastUsedAt ? (
          <>
            used <RelativeTime at={lastUsedAt} />
          </>
        ) : (
          "never used"
        )}
        {credential.test && !credential.test.ok && ` · ${credential.test.message}`}
      </Text>
    </Text>
  );
}

/** Where it is put. A secret that only checks what comes in goes nowhere, which a reserved name stands for. */
function placeWords({ hosts, headers }: Credential["binding"]): string {
  const real = hosts.filter((host) => !host.endsWith(".invalid"));
  const to = real.length > 0 && `goes to ${real.join(", ")}`;
  const within =
    headers.length > 0 && `in ${headers.length === 1 ? "header" : "headers"} ${headers.join(", ")}`;
  return [to, within].filter(Boolean).join(" ");
}

function CredentialActions({ credential, onDo }: CredentialLineProps) {
  const { name, provider } = credential;
  const mayWrite = useMay()("credentials.write");
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: credentialsQuery.queryKey });
  const test = useMutation({
    mutationFn: () => client.credentials.test(name),
    onSuccess: renew,
    onError: notifyError,
  });
  const remove = async () => {
    await client.credentials.remove(name);
    await renew();
  };
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Uses of ${name}`}
        onClick={() => onDo({ what: "uses", credential })}
      >
        Uses
      </Button>
      {mayWrite && provider !== null && (
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
      {mayWrite && (
        <>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Rotate ${name}`}
            onClick={() => onDo({ what: "set", credential })}
          >
            Rotate
          </Button>
          <ConfirmButton label="Remove" name={`Remove ${name}`} onConfirm={remove}>
            Calls that name it fail from now on. All of its versions are deleted.
          </ConfirmButton>
        </>
      )}
    </Group>
  );
}

function CredentialState({ credential: { test } }: { credential: Credential }) {
  const status = test === null ? "pending" : test.ok ? "completed" : "failed";
  const words = test === null ? "not tested" : test.ok ? "the provider takes it" : "refused";
  return (
    <span title={words} className={styles["state"]}>
      <StatusIcon status={status} />
    </span>
  );
}
