import type { ComponentHealth, HealthHour } from "@flotilla/core";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { refreshMs } from "../../data/query-client.ts";
import { componentName, figureWords, healthWords, stateTones } from "./component-words.ts";
import { HealthBars } from "./health-bars.tsx";

const stateWords = {
  ok: "Everything works",
  degraded: "Something wants looking at",
  down: "Something is down",
};

/** How the parts of the platform are, and how they were. */
export function HealthPage() {
  const mayRead = useMay()("fleet.read");
  return (
    <>
      <PageHeader
        title="Health"
        below="The parts of the platform, each with what is wrong and what to do about it."
      />
      {mayRead ? <Components /> : <NotAllowed permission="fleet.read" />}
    </>
  );
}

function Components() {
  const { data, error, refetch } = useQuery({
    queryKey: ["health", "components"],
    queryFn: () => client.health.components(),
    refetchInterval: refreshMs,
  });
  const history = useQuery({
    queryKey: ["health", "history"],
    queryFn: () => client.health.history({ by: "hour", limit: 1_000 }),
    refetchInterval: 60_000,
  });
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading the health" />
    );
  }
  const hours = history.data?.items.filter((item): item is HealthHour => "hour" in item);
  const hasHistory = hours !== undefined && hours.length > 0;
  const nothingYet = hours && "no history yet";
  return (
    <Stack gap="md">
      <Section title={stateWords[data.state]} aside={hasHistory ? "the last 24 hours" : nothingYet}>
        {data.items.map((item) => (
          <ComponentLine
            key={item.component}
            item={item}
            hours={hasHistory && hours.filter(({ component }) => component === item.component)}
          />
        ))}
      </Section>
    </Stack>
  );
}

interface ComponentLineProps {
  item: ComponentHealth;
  /** False: there is no history of any component. */
  hours: HealthHour[] | false;
}

function ComponentLine({ item, hours }: ComponentLineProps) {
  const { component, state, reason, remedy } = item;
  return (
    <Line>
      <StatusIcon status={stateTones[state]} />
      <Text size="sm" flex={1} miw={0}>
        {componentName(component)}{" "}
        <Text span size="xs" c="dimmed">
          {healthWords[state]}
        </Text>
        {reason && (
          <Text size="xs" data-tone={stateTones[state]} c="var(--tone-text)">
            {reason}
          </Text>
        )}
        {remedy && (
          <Text size="xs" c="dimmed">
            {remedy}
          </Text>
        )}
        <Text size="xs" c="dimmed" className="figure">
          {figureWords(component, item.figures)}
        </Text>
      </Text>
      {hours && <HealthBars component={componentName(component)} state={state} hours={hours} />}
    </Line>
  );
}
