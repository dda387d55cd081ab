import { Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";

/** What a credential was used for, and where it was refused. */
export function CredentialUses({ name }: { name: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["settings", "credential uses", name],
    queryFn: () => client.credentials.uses(name),
  });
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={120} role="status" aria-busy="true" aria-label="Loading the uses" />
    );
  }
  if (data.items.length === 0) return <Text size="sm">It was never used.</Text>;
  return (
    <Table fz="sm" aria-label={`Uses of ${name}`}>
      <Table.Thead>
        <Table.Tr>
          {["When", "By", "To", "Version", "Times", "Outcome"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.items.map(({ at, by, method, host, version, uses, allowed, runId }) => (
          <Table.Tr key={`${at} ${by} ${host} ${runId}`}>
            <Table.Td>
              <RelativeTime at={at} />
            </Table.Td>
            <Table.Td title={runId ?? undefined}>{by}</Table.Td>
            <Table.Td className="mono">
              {method} {host}
            </Table.Td>
            <Table.Td>{version}</Table.Td>
            <Table.Td>{uses}</Table.Td>
            <Table.Td data-tone={allowed ? "completed" : "failed"} c="var(--tone-text)">
              {allowed ? "placed" : "refused"}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
