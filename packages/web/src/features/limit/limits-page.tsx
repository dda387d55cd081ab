import { Skeleton, Stack } from "@mantine/core";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useFleet, useFleetError } from "../../data/fleet.ts";
import { BucketCard } from "./bucket-card.tsx";

/** What providers allow, what is used of it, and who waits for it. */
export function LimitsPage() {
  const buckets = useFleet("buckets");
  const { error, retry } = useFleetError();
  return (
    <>
      <PageHeader
        title="Limits"
        below="What each provider allows of each model, over all workers together, and what was used of it in the last minute."
      />
      {error && <ErrorPanel error={error} onRetry={retry} />}
      {!buckets && !error && (
        <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading the limits" />
      )}
      {buckets?.length === 0 && <NoLimits />}
      <Stack gap={28}>
        {buckets?.map((item) => (
          <BucketCard key={item.bucket} state={item} />
        ))}
      </Stack>
    </>
  );
}

function NoLimits() {
  return (
    <Empty title="No limits are known yet" command="limits: { openai: { requestsPerMinute: 500 } }">
      A limit is what a provider allows one key to ask of one model: requests, tokens or spend a
      minute, or calls at once. Set limits in flotilla.yaml, or let them be learned from the
      provider's answers as calls are made; calls then wait their turn instead of being refused. In
      a terminal, flotilla limits --watch shows the same.
    </Empty>
  );
}
