import type { Organisation } from "@flotilla/core";
import { Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { organisationsQuery } from "../../data/organisation.ts";
import { enterScope } from "../../data/place.ts";

/** The organisations that one may act in. */
export function OrganisationPanel() {
  const { data, error, refetch } = useQuery(organisationsQuery);
  const caller = useMe()?.caller;
  const may = useMay();
  return (
    <Stack gap={28}>
      <Section title="Organisations" isTitleHidden>
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={88} radius={0} />}
        {data?.items.map((one) => (
          <Line key={one.id}>
            <Text size="sm" flex={1}>
              {one.name} <span className="mono dimmed">{one.id}</span>
            </Text>
            {caller?.organisation === one.id && !caller.instance ? (
              <Text size="xs" c="dimmed">
                you are here
              </Text>
            ) : (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Go there: ${one.id}`}
                onClick={() => enterScope({ org: one.id })}
              >
                Go there
              </Button>
            )}
          </Line>
        ))}
        {may("organisation.create") && (
          <Line>
            <NewOrganisation />
          </Line>
        )}
      </Section>
    </Stack>
  );
}

function NewOrganisation() {
  const [given, setGiven] = useState({ id: "", name: "" });
  const cache = useQueryClient();
  const create = useMutation({
    mutationFn: (organisation: Pick<Organisation, "id" | "name">) =>
      client.organisations.create(organisation),
    onSuccess: () => {
      setGiven({ id: "", name: "" });
      return cache.invalidateQueries({ queryKey: organisationsQuery.queryKey });
    },
  });
  return (
    <form
      style={{ flex: 1 }}
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(given);
      }}
    >
      <Stack gap="sm" py={6}>
        <Group align="end" gap="sm">
          <TextInput
            label="New organisation"
            placeholder="Its name"
            flex={2}
            value={given.name}
            onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
          />
          <TextInput
            label="Id, which stays"
            placeholder="acme"
            flex={1}
            value={given.id}
            onChange={(event) => setGiven({ ...given, id: event.currentTarget.value })}
          />
          <Button
            type="submit"
            size="sm"
            variant="default"
            loading={create.isPending}
            disabled={given.name.trim() === "" || given.id === ""}
          >
            Create
          </Button>
        </Group>
        {create.error && <ErrorPanel error={create.error} />}
      </Stack>
    </form>
  );
}
