import type { CostsAnswer } from "@flotilla/api";
import { Button, Skeleton } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Section } from "../../components/section.tsx";
import { eachDay, type CostKind } from "./cost-search.ts";
import type { DayCost } from "./daily-chart.tsx";
import { DayTable } from "./day-table.tsx";
import styles from "./daily-spend.module.css";

// The charting library is larger than the rest of the page.
const DailyChart = lazy(async () => ({
  default: (await import("./daily-chart.tsx")).DailyChart,
}));

interface DailySpendProps {
  days: { from: string; to: string };
  costs: CostsAnswer;
  by: CostKind;
  only: string | undefined;
  /** Called to look at all calls again. */
  onAll: () => void;
}

/** Spend by day, of all calls or of one line of the table below. */
export function DailySpend({ days, costs, by, only, onAll }: DailySpendProps) {
  const items = new Map(costs.items.map((item) => [item.key, item]));
  const spend: DayCost[] = eachDay(days).map((day) => ({
    day,
    usd: (items.get(day)?.costMicros ?? 0) / 1_000_000,
    costMicros: items.get(day)?.costMicros ?? 0,
    costIncomplete: items.get(day)?.costIncomplete ?? false,
    calls: items.get(day)?.calls ?? 0,
  }));
  return (
    <Section
      title="Spend by day"
      aside={
        only !== undefined && (
          <Button
            size="compact-xs"
            variant="default"
            rightSection={<IconX size={12} aria-hidden />}
            onClick={onAll}
            aria-label={`Only the ${by} ${only}: show all again`}
          >
            {by} {only}
          </Button>
        )
      }
    >
      <div className={styles["chart"]}>
        <Suspense fallback={<Skeleton height="100%" radius={0} />}>
          <DailyChart days={spend} />
        </Suspense>
      </div>
      <DayTable days={spend} />
    </Section>
  );
}
