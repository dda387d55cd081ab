import type { Provider } from "@flotilla/api";
import type { Credential } from "@flotilla/core";
import { Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import { credentialsQuery } from "../settings/settings-queries.ts";
import { ProviderKeyForm } from "./provider-key-form.tsx";
import { ProviderLine } from "./provider-line.tsx";
import { modelsOf, providersQuery } from "./provider-queries.ts";

/** The configured providers: whose key their calls have, and whether it is taken. */
export function ProviderList() {
  const { data, error, refetch } = useQuery(providersQuery);
  const mayRead = useMay()("credentials.read");
  const { data: credentials } = useQuery({ ...credentialsQuery, enabled: mayRead });
  const [setting, setSetting] = useState<Provider>();
  const keyOf = ({ name }: Provider): Credential | undefined =>
    credentials?.items.find(({ provider }) => provider === name);
  return (
    <Stack gap="md">
      <Section title="Providers" isTitleHidden>
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={132} radius={0} aria-busy="true" />}
        {data?.providers.length === 0 && (
          <Empty title="No provider is configured">
            Whoever runs the platform names them in flotilla.yaml under providers; the simulated one
            is there unless it is taken out.
          </Empty>
        )}
        {data?.providers.map((provider) => (
          <ProviderLine
            key={provider.name}
            provider={provider}
            own={keyOf(provider)}
            models={modelsOf(provider.name, data.items)}
            onSet={() => setSetting(provider)}
          />
        ))}
      </Section>
      <Text size="sm" c="dimmed">
        A key of your own is sealed in the vault and goes before the platform&apos;s: calls are then
        on your account, and within your limits. Prices, health and limits of each model stand under{" "}
        <Link to="/models" search={{}}>
          Models
        </Link>
        .
      </Text>
      <Modal
        opened={setting !== undefined}
        onClose={() => setSetting(undefined)}
        title={setting && `Your key for ${setting.name}`}
      >
        {setting && (
          <ProviderKeyForm
            provider={setting.name}
            own={keyOf(setting)}
            taken={credentials?.items.map(({ name }) => name) ?? []}
            onDone={() => setSetting(undefined)}
          />
        )}
      </Modal>
    </Stack>
  );
}
