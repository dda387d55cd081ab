import type { CostFigures } from "@flotilla/core";
import { SegmentedControl, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useNow } from "../../data/use-now.ts";
import { BudgetList } from "./budget-list.tsx";
import { CachePanel } from "./cache-panel.tsx";
import { CostBreakdown } from "./cost-breakdown.tsx";
import { CostFigureList } from "./cost-figure-list.tsx";
import { costsQuery } from "./cost-queries.ts";
import { onlyFilter, periodDays, periods, type CostSearch, type Period } from "./cost-search.ts";
import { DailySpend } from "./daily-spend.tsx";
import { TokenKinds } from "./token-kinds.tsx";
import styles from "./costs-page.module.css";

const route = getRouteApi("/costs");

/** What model calls cost, and whose they were. */
export function CostsPage() {
  const { period = "30d", by = "agent", only } = route.useSearch();
  const navigate = route.useNavigate();
  const search = (change: CostSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  const today = useNow((now) => new Date(now).toISOString().slice(0, 10));
  const days = periodDays(period, Date.parse(today));
  const daily = useQuery(costsQuery({ by: "day", ...days, ...onlyFilter(by, only) }));
  return (
    <>
      <PageHeader
        title="Costs"
        below="Each model call at the provider's own count of tokens and the price of its day. Days are those of UTC."
        actions={
          <SegmentedControl
            size="xs"
            aria-label="Period"
            value={period}
            onChange={(value) => search({ period: value as Period })}
            data={Object.entries(periods).map(([value, label]) => ({ value, label }))}
          />
        }
      />
      {daily.error && !daily.data && (
        <ErrorPanel error={daily.error} onRetry={() => void daily.refetch()} />
      )}
      {!daily.data && !daily.error && <CostsSkeleton />}
      {daily.data && (
        <Stack gap={28}>
          {isNothing(daily.data.totals) && only === undefined ? (
            <NothingSpent />
          ) : (
            <>
              <CostFigureList totals={daily.data.totals} />
              <DailySpend
                days={days}
                costs={daily.data}
                by={by}
                only={only}
                onAll={() => search({ only: undefined })}
              />
              <CostBreakdown
                days={days}
                period={period}
                by={by}
                only={only}
                onKind={(kind) => search({ by: kind, only: undefined })}
              />
            </>
          )}
          <BudgetList />
          <div className={styles["columns"]}>
            <TokenKinds totals={daily.data.totals} />
            <CachePanel />
          </div>
        </Stack>
      )}
    </>
  );
}

function isNothing({ calls, cachedAnswers, sharedAnswers }: CostFigures): boolean {
  return calls === 0 && cachedAnswers === 0 && sharedAnswers === 0;
}

function NothingSpent() {
  return (
    <Empty title="No model was called in this period" command="flotilla costs --by model">
      The cost of each call appears here as soon as its answer is there: by day, agent, model, user,
      organisation and batch. A model without a known price counts as unknown, never as free.
    </Empty>
  );
}

function CostsSkeleton() {
  return (
    <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the costs">
      <Skeleton height={72} />
      <Skeleton height={240} />
      <Skeleton height={240} />
    </Stack>
  );
}
