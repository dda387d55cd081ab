import type { Delivery } from "@flotilla/core";
import { Button, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Within } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { eventWords } from "./event-words.ts";
import { deliveriesQuery } from "./notification-queries.ts";

/** What was sent through a channel, and what became of it. */
export function DeliveryList({ channel }: { channel: string }) {
  const { data, error, refetch } = useQuery(deliveriesQuery(channel));
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={44} radius={0} aria-busy="true" />
    );
  }
  return (
    <Within label={`Sent by ${channel}`}>
      {data.items.length === 0 && (
        <Line>
          <Text size="sm" c="dimmed">
            Nothing was sent yet. Test it, to see whether it arrives.
          </Text>
        </Line>
      )}
      {data.items.map((delivery) => (
        <DeliveryLine key={delivery.id} delivery={delivery} />
      ))}
    </Within>
  );
}

const tones = { pending: "running", delivered: "completed", failed: "failed" } as const;

function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const { id, channel, event, subject, status, recipient, attempts, lastError, queuedAt } =
    delivery;
  const mayWrite = useMay()("notifications.write");
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => client.notifications.retry(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: deliveriesQuery(channel).queryKey }),
    onError: notifyError,
  });
  const tries = attempts > 1 ? `, ${formatPlural(attempts, "attempt")}` : "";
  return (
    <Line>
      <StatusIcon status={tones[status]} />
      <Text size="xs" flex={1} miw={0} component="div">
        {subject}
        <Text size="xs" c="dimmed">
          {event === "test" ? "a test" : eventWords(event)}
          {recipient && `, to ${recipient}`}, <RelativeTime at={queuedAt} />: {status}
          {tries}
        </Text>
        {lastError !== null && status !== "delivered" && (
          <Text size="xs" data-tone="failed" c="var(--tone-text)">
            {lastError}
          </Text>
        )}
      </Text>
      {status === "failed" && mayWrite && (
        <Button
          size="compact-xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          Send again
        </Button>
      )}
    </Line>
  );
}
