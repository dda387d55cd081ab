import { createClient } from "@flotilla/api";
import { environments, type Environment, type Permission } from "@flotilla/core";
import { Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { environmentWords } from "../../app/environment-words.ts";
import { Line, Section } from "../../components/section.tsx";
import { useMay, useMe } from "../../data/me.ts";
import { enterScope, mountUrl } from "../../data/place.ts";

const purposeWords: Record<Environment, string> = {
  dev: "where agents are made and tried",
  staging: "where they prove themselves",
  prod: "where they work",
};

/** The environments of the organisation, with what is in each. */
export function EnvironmentList() {
  return (
    <Stack gap="md">
      <Section title="Environments" isTitleHidden>
        {environments.map((name) => (
          <EnvironmentLine key={name} name={name} />
        ))}
      </Section>
      <Text size="sm" c="dimmed">
        Every organisation has these three, under these names, so that a key, a rule or a policy
        that names one means the same everywhere. Agents, runs, schedules, keys, credentials and
        connections are each of one; members and budgets are of the organisation. An agent moves on
        by its file: <code>flotilla agent apply -f agent.yaml --environment staging</code>
      </Text>
    </Stack>
  );
}

function EnvironmentLine({ name }: { name: Environment }) {
  const caller = useMe()?.caller;
  const may = useMay();
  const isHere = caller?.environment === name && !caller.instance;
  const { data } = useQuery({
    queryKey: ["settings", "environment", name],
    queryFn: () => contentsOf(name, caller?.organisation ?? "", may),
    enabled: caller !== undefined,
  });
  return (
    <Line>
      <Text size="sm" w={{ base: 92, sm: 150 }} flex="none">
        <Text span inherit fw={500}>
          {environmentWords[name]}
        </Text>{" "}
        <span className="mono dimmed">{name}</span>
      </Text>
      <Text size="sm" flex={1} miw={0}>
        {purposeWords[name]}
        <Text size="xs" c="dimmed">
          {data ?? "…"}
        </Text>
      </Text>
      {isHere ? (
        <Text size="xs" c="dimmed">
          you are here
        </Text>
      ) : (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Go there: ${name}`}
          onClick={() => enterScope({ org: caller?.organisation, env: name })}
        >
          Go there
        </Button>
      )}
    </Line>
  );
}

type May = (permission: Permission) => boolean;

/** Counted by the first page of each; what one may not read is not asked for. */
async function contentsOf(environment: Environment, organisation: string, may: May) {
  const client = createClient({ baseUrl: mountUrl, organisation, environment });
  const lists: [Permission, string, string, () => Promise<CountedPage>][] = [
    ["agents.read", "agent", "agents", () => client.agents.list()],
    ["schedules.read", "schedule", "schedules", () => client.schedules.list()],
    ["batches.read", "batch", "batches", () => client.batches.list()],
    ["keys.read", "API key", "API keys", () => client.keys.list()],
    ["credentials.read", "credential", "credentials", () => client.credentials.list()],
  ];
  const counts = await Promise.all(
    lists
      .filter(([needs]) => may(needs))
      .map(async ([, one, many, list]) => {
        const { items, nextCursor } = await list();
        const { length } = items;
        return length > 0 && `${length}${nextCursor ? "+" : ""} ${length === 1 ? one : many}`;
      }),
  );
  return counts.filter(Boolean).join(", ") || "nothing yet";
}

interface CountedPage {
  items: unknown[];
  nextCursor?: string | null;
}
