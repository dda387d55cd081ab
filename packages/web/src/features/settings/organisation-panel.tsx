import { environments, type Organisation } from "@flotilla/core";
import { Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { enterScope } from "../../data/place.ts";
import { organisationsQuery } from "./settings-queries.ts";

const environmentWords = {
  dev: "where agents are made and tried",
  staging: "where they prove themselves",
  prod: "where they work",
};

/** The organisations that one may act in, and the environments of each. */
export function OrganisationPanel() {
  const { data, error, refetch } = useQuery(organisationsQuery);
  const caller = useMe()?.caller;
  const may = useMay();
  return (
    <Stack gap={28} maw={720}>
      <Section title="Organisations" aside="agents, runs, budgets and keys are of one">
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
      <EnvironmentList />
    </Stack>
  );
}

function EnvironmentList() {
  const caller = useMe()?.caller;
  return (
    <Section title="Environments" aside="each has agents, runs, keys and credentials of its own">
      {environments.map((name) => (
        <Line key={name}>
          <Text size="sm" fw={500} w={72}>
            {name}
          </Text>
          <Text size="sm" c="dimmed" flex={1}>
            {environmentWords[name]}
          </Text>
          {caller && (caller.environment !== name || caller.instance) && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Go there: ${name}`}
              onClick={() => enterScope({ org: caller.organisation, env: name })}
            >
              Go there
            </Button>
          )}
        </Line>
      ))}
    </Section>
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
