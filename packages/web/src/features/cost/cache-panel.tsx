import type { CacheFigures } from "@flotilla/core";
import { Button, Popover, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formatCost } from "../../components/cost.tsx";
import { formatBytes, formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { PartBar } from "../../components/part-bar.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { cacheQuery } from "./cost-queries.ts";

/** The cache of answers since the platform began: how often it served, and what that spared. */
export function CachePanel() {
  const { data, error } = useQuery(cacheQuery);
  const mayClear = useMay()("cache.clear");
  return (
    <Section
      title="Cache of answers"
      aside={mayClear && data && data.entries > 0 && <ClearButton entries={data.entries} />}
    >
      {error && !data && <ErrorPanel error={error} />}
      {!data && !error && <Skeleton height={120} radius={0} />}
      {data && (isUnused(data) ? <Unused /> : <CacheUse figures={data} />)}
    </Section>
  );
}

function CacheUse({ figures }: { figures: CacheFigures }) {
  const { entries, bytes, hits, shared, misses, savedMicros } = figures;
  return (
    <>
      <PartBar
        label="Calls that asked it, since the beginning"
        parts={[
          { name: "answered from the cache", value: hits, color: "completed" },
          { name: "shared a call under way", value: shared, color: "running" },
          { name: "made", value: misses, color: "pending" },
        ]}
      />
      <Line>
        <KeyValue
          pairs={[
            ["Kept", `${formatPlural(entries, "answer")}, ${formatBytes(bytes)}`],
            ["Saved", formatCost(savedMicros)],
          ]}
        />
      </Line>
    </>
  );
}

function Unused() {
  return (
    <Line>
      <Text size="sm" c="dimmed" py={6}>
        No agent has asked for it yet. With <code>cache: true</code> in its definition, calls that
        are the same to the last letter are made once and cost nothing after that.
      </Text>
    </Line>
  );
}

function isUnused({ entries, hits, shared, misses }: CacheFigures): boolean {
  return entries + hits + shared + misses === 0;
}

/** Asks once: what is forgotten has to be paid for again. */
function ClearButton({ entries }: { entries: number }) {
  const cache = useQueryClient();
  const clear = useMutation({
    mutationFn: () => client.cache.clear(),
    onSuccess: ({ cleared }) => {
      notifications.show({ message: `Forgotten: ${formatPlural(cleared, "answer")}.` });
      return cache.invalidateQueries({ queryKey: cacheQuery.queryKey });
    },
    onError: notifyError,
  });
  return (
    <Popover width={260} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button size="compact-xs" variant="default">
          Clear
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="sm">
            {formatPlural(entries, "answer")} of all organisations will be forgotten, on all
            workers. The next calls are made, and paid for, again.
          </Text>
          <Button color="red" loading={clear.isPending} onClick={() => clear.mutate()}>
            Forget the answers
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
