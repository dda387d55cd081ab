import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { specText } from "./lean-spec.ts";
import type { DraftEdit } from "./use-agent-draft.ts";

/** Somebody else has saved the agent meanwhile: what he changed, and what becomes of what is written here. */
export function SaveConflict({ edit }: { edit: DraftEdit }) {
  const name = edit.draft.spec?.name ?? edit.base?.name ?? "";
  const { data: theirs, error } = useQuery({
    queryKey: ["agents", name, "conflict", edit.base?.version],
    queryFn: () => client.agents.get(name),
    staleTime: 0,
  });
  if (error) return <ErrorPanel error={error} />;
  if (!theirs) return <Skeleton height={120} />;
  const before = edit.base ? specText(edit.base.spec) : "";
  const after = specText(theirs.spec);
  const who = theirs.createdBy ?? "Somebody";
  return (
    <Alert
      color="yellow"
      variant="light"
      role="alert"
      title={
        edit.base
          ? `${who} saved version ${theirs.version} meanwhile`
          : `There is an agent ${name} already`
      }
    >
      <Stack gap="sm">
        <Text size="sm">
          Nothing was saved. <RelativeTime at={theirs.createdAt} />
          {theirs.note && `: ${theirs.note}`}. That is what changed since you began:
        </Text>
        <LineDiff label="What somebody else changed" before={before} after={after} />
        <Group gap="xs">
          <Button variant="default" onClick={() => edit.take(theirs, after)}>
            Go on from version {theirs.version}, without my changes
          </Button>
          <Button color="yellow" autoContrast onClick={() => edit.rebase(theirs)}>
            Keep mine, to be saved as version {theirs.version + 1}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
