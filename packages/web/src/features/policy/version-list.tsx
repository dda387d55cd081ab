import { policyFile, type PolicyDiff, type PolicyVersion } from "@flotilla/core";
import { Button, Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { stringify } from "yaml";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { changesQuery, useRefreshPolicy, versionsQuery } from "./policy-queries.ts";

/** What the rules were, who changed them, and the way back. */
export function VersionList() {
  const { data, error, refetch } = useQuery(versionsQuery);
  const [shown, setShown] = useState<number | null>(null);
  return (
    <Stack gap={28}>
      <Section title="Versions" aside="every change makes one">
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {!data && !error && (
          <Skeleton height={160} role="status" aria-busy="true" aria-label="Loading" />
        )}
        {data?.items.length === 0 && (
          <Empty title="No versions">There never was a tool rule.</Empty>
        )}
        {data && data.items.length > 0 && (
          <VersionTable versions={data.items} shown={shown} onShow={setShown} />
        )}
      </Section>
      {shown !== null && <Changes version={shown} />}
    </Stack>
  );
}

interface VersionTableProps {
  versions: readonly PolicyVersion[];
  shown: number | null;
  onShow: (version: number) => void;
}

function VersionTable({ versions, shown, onShow }: VersionTableProps) {
  const mayWrite = useMay()("rules.write");
  const refresh = useRefreshPolicy();
  const restore = async (version: number) => {
    await client.toolPolicy.restore(version);
    await refresh();
  };
  return (
    <Table fz="sm" aria-label="Versions">
      <Table.Thead>
        <Table.Tr>
          {["Version", "When", "By", "Rules", "Comment"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
          <ActionsHeader />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {versions.map(({ version, by, note, createdAt, added, changed, removed }, at) => (
          <Table.Tr key={version}>
            <Table.Td>{version}</Table.Td>
            <Table.Td>
              <RelativeTime at={createdAt} />
            </Table.Td>
            <Table.Td>{by}</Table.Td>
            <Table.Td>{countsText({ added, changed, removed })}</Table.Td>
            <Table.Td>{note ?? ""}</Table.Td>
            <Table.Td>
              <Group gap={6} justify="flex-end" wrap="nowrap">
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-pressed={shown === version}
                  aria-label={`Changes of version ${version}`}
                  onClick={() => onShow(version)}
                >
                  Changes
                </Button>
                {mayWrite && at > 0 && (
                  <ConfirmButton
                    label="Go back"
                    name={`Go back to version ${version}`}
                    onConfirm={() => restore(version)}
                  >
                    The rules and examples are what they were then, as a new version. Rules of
                    single runs stay.
                  </ConfirmButton>
                )}
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function countsText(counts: Record<"added" | "changed" | "removed", number>): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([verb, count]) => `${count} ${verb}`).join(", ") || "examples alone";
}

function Changes({ version }: { version: number }) {
  const { data, error } = useQuery(changesQuery(version));
  return (
    <Section title={`What version ${version} changed`}>
      {error && <ErrorPanel error={error} />}
      {data && <Difference diff={data} />}
    </Section>
  );
}

function Difference({ diff }: { diff: PolicyDiff }) {
  const before = [...diff.removed, ...diff.changed.map((one) => one.before)];
  const after = [...diff.changed.map((one) => one.after), ...diff.added];
  const texts = [
    stringify(policyFile({ rules: before, examples: diff.examplesRemoved })),
    stringify(policyFile({ rules: after, examples: diff.examplesAdded })),
  ] as const;
  if (texts[0] === texts[1]) return <Text p="md">Nothing that is still known.</Text>;
  return <LineDiff label="Changes" before={texts[0]} after={texts[1]} />;
}
