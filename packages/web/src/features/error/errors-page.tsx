import type { ErrorGroup } from "@flotilla/core";
import { Button, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { formatPlural } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";

const route = getRouteApi("/errors");
const idOf = (group: ErrorGroup) => group.id;

/** What went wrong, alike errors together. */
export function ErrorsPage() {
  const { state = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <>
      <PageHeader
        title="Errors"
        below="Failed runs and requests, in groups that differ in ids and numbers alone."
        actions={
          <SegmentedControl
            size="xs"
            aria-label="State"
            data={[
              { value: "open", label: "Open" },
              { value: "resolved", label: "Resolved" },
            ]}
            value={state}
            onChange={(next) =>
              void navigate({
                search: (old) => ({ ...old, state: next === "resolved" ? next : undefined }),
                replace: true,
              })
            }
          />
        }
      />
      {may("errors.read") ? <GroupList state={state} /> : <NotAllowed permission="errors.read" />}
    </>
  );
}

function GroupList({ state }: { state: "open" | "resolved" }) {
  const list = useLiveList({
    key: ["errors", state],
    load: (page) => client.errors.list({ ...page, state }),
    idOf,
  });
  if (list.error && !list.items) return <ErrorPanel error={list.error} />;
  if (list.items?.length === 0) {
    return (
      <Empty title={state === "open" ? "No open errors" : "Nothing was resolved yet"}>
        Errors come here by themselves, alike ones as one. A group that was resolved opens again
        when it is seen again.
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Section title={state === "open" ? "Open" : "Resolved"}>
        {list.items?.map((group) => (
          <GroupLine key={group.id} group={group} />
        ))}
      </Section>
    </Stack>
  );
}

function GroupLine({ group }: { group: ErrorGroup }) {
  const { id, code, source, count, lastSeenAt, example, resolvedBy, reopened } = group;
  const mayWrite = useMay()("errors.write");
  const cache = useQueryClient();
  const resolve = useMutation({
    mutationFn: () => client.errors.resolve(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["errors"] }),
    onError: notifyError,
  });
  return (
    <Line>
      <StatusIcon status={group.resolvedAt ? "completed" : "failed"} />
      <Text size="sm" flex={1} miw={0}>
        <Text span inherit lineClamp={2}>
          {example.message}
        </Text>
        <Text size="xs" c="dimmed">
          <span className="mono">{code}</span> · {source} · {formatPlural(count, "time")}, last{" "}
          <RelativeTime at={lastSeenAt} />
          {reopened > 0 && ` · came back ${formatPlural(reopened, "time")}`}
          {resolvedBy && ` · resolved by ${resolvedBy}`}
          {example.runId && (
            <>
              {" · "}
              <Link to="/runs/$runId" params={{ runId: example.runId }}>
                its last run
              </Link>
            </>
          )}
        </Text>
      </Text>
      {mayWrite && !group.resolvedAt && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Resolve: ${example.message}`}
          loading={resolve.isPending}
          onClick={() => resolve.mutate()}
        >
          Resolve
        </Button>
      )}
    </Line>
  );
}
