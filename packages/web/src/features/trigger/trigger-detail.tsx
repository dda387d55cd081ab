import type { TriggerStart } from "@flotilla/core";
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CopyLine } from "../../components/copy-line.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Within } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { mountUrl } from "../../data/place.ts";
import { startsQuery, triggerQuery } from "./trigger-queries.ts";

/** Where it is sent to, and what became of the last things that happened. */
export function TriggerDetail({ name }: { name: string }) {
  const { data: trigger } = useQuery(triggerQuery(name));
  const { data, error, refetch } = useQuery(startsQuery(name));
  const url = trigger?.url;
  return (
    <Within label={`Calls of ${name}`}>
      {url !== undefined && (
        <Line>
          <CopyLine
            label="Send to"
            text={url.startsWith("/") ? new URL(url.slice(1), mountUrl).href : url}
          />
        </Line>
      )}
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={44} radius={0} aria-busy="true" />}
      {data?.items.length === 0 && (
        <Line>
          <Text size="sm" c="dimmed">
            Nothing has happened yet that would start it.
          </Text>
        </Line>
      )}
      {data?.items.map((start) => (
        <StartLine key={start.id} start={start} />
      ))}
    </Within>
  );
}

const tones = { pending: "running", started: "completed", failed: "failed" } as const;

function StartLine({ start }: { start: TriggerStart }) {
  const { state, occasion, at, runId, batchId, error } = start;
  return (
    <Line>
      <StatusIcon status={tones[state]} />
      <Text size="xs" flex={1} miw={0} component="div">
        <span className="mono">{occasion}</span>
        <Text size="xs" c="dimmed">
          <RelativeTime at={at} />: {state}
        </Text>
        {error && (
          <Text size="xs" data-tone="failed" c="var(--tone-text)">
            {error.message} {error.remedy}
          </Text>
        )}
      </Text>
      {state === "started" && runId !== null && (
        <Link to="/runs/$runId" params={{ runId }} search={{}}>
          the run
        </Link>
      )}
      {state === "started" && batchId !== null && (
        <Link to="/batches/$batchId" params={{ batchId }} search={{}}>
          the batch
        </Link>
      )}
    </Line>
  );
}
