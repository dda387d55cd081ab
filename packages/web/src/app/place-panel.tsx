import type { Me } from "@flotilla/api";
import { environments, environmentSchema } from "@flotilla/core";
import { SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { organisationsQuery } from "../data/organisation.ts";
import { enterScope, listPath } from "../data/place.ts";
import { environmentWords } from "./environment-words.ts";

const everywhere = "All organisations";

/** The choice is in the address: each tab has its own, and a link that is passed on says it. */
export function PlacePanel({ me: { caller, organisations } }: { me: Me }) {
  const { data } = useQuery(organisationsQuery);
  const ids = organisations.map(({ organisation }) => organisation);
  const all = caller.kind === "local" ? [everywhere, ...ids] : ids;
  const nameOf = (id: string) => data?.items.find((one) => one.id === id)?.name ?? id;
  const shown = caller.instance ? everywhere : caller.organisation;
  const env = caller.instance ? undefined : caller.environment;
  return (
    <Stack gap="sm">
      {all.length > 1 && (
        <Select
          label="Organisation"
          size="xs"
          allowDeselect={false}
          searchable={all.length > 8}
          comboboxProps={{ withinPortal: false }}
          data={(all.includes(shown) ? all : [...all, shown]).map((value) => ({
            value,
            label: nameOf(value),
          }))}
          value={shown}
          onChange={(next) =>
            enterScope(next === null || next === everywhere ? {} : { org: next, env }, listPath())
          }
        />
      )}
      <div>
        <Text size="xs" fw={500} mb={3} aria-hidden>
          Environment
        </Text>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Environment"
          data={environments.map((value) => ({ value, label: environmentWords[value] }))}
          value={env ?? ""}
          onChange={(next) =>
            enterScope({ org: caller.organisation, env: environmentSchema.parse(next) }, listPath())
          }
        />
      </div>
      <Text size="xs" c="dimmed">
        Runs, agents, schedules and credentials of one environment are kept from those of the
        others.
      </Text>
    </Stack>
  );
}
