import type { CostItem } from "@flotilla/core";
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { costColumns } from "./cost-columns.tsx";
import { costsQuery } from "./cost-queries.ts";
import { costKindSchema, type CostKind, type Period } from "./cost-search.ts";

interface CostBreakdownProps {
  days: { from: string; to: string };
  period: Period;
  by: CostKind;
  only: string | undefined;
  onKind: (by: CostKind) => void;
}

const keyOf = (item: CostItem) => item.key ?? "";

/** Who or what the money went to, the dearest first; a line narrows the chart to itself. */
export function CostBreakdown({ days, period, by, only, onKind }: CostBreakdownProps) {
  const { data, error, refetch } = useQuery(costsQuery({ by, ...days }));
  const names = useBatchNames(by === "batch");
  const memberName = useMemberNames();
  const items = data?.by === by ? data.items : undefined;
  const columns = costColumns({
    search: { period, by, only },
    totalMicros: data?.totals.costMicros ?? 0,
    nameOf: (key) => (by === "user" ? memberName(key) : (names.get(key) ?? key)),
  });
  return (
    <Tabs value={by} onChange={(next) => onKind(costKindSchema.parse(next))}>
      <Tabs.List mb="md">
        {costKindSchema.options.map((kind) => (
          <Tabs.Tab key={kind} value={kind}>
            By {kind}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={by}>
        {error && !data ? (
          <ErrorPanel error={error} onRetry={() => void refetch()} />
        ) : items?.length === 0 ? (
          <Empty title="No calls">Nothing was called in this period.</Empty>
        ) : (
          <DataTable label={`Costs by ${by}`} columns={columns} items={items} keyOf={keyOf} />
        )}
      </Tabs.Panel>
    </Tabs>
  );
}

function useBatchNames(isWanted: boolean): Map<string, string> {
  const { data } = useQuery({
    queryKey: ["cost", "batches"],
    queryFn: () => client.batches.list({ limit: 100 }),
    enabled: isWanted,
    staleTime: 30_000,
  });
  return new Map((data?.items ?? []).map(({ id, name }) => [id, name]));
}
