import type { BatchAnalysis as Analysis, BatchProgress } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { DistributionChart } from "./distribution-chart.tsx";
import { FailureGroups } from "./failure-groups.tsx";
import { OverTimeChart } from "./over-time-chart.tsx";
import { ValueBars } from "./value-bars.tsx";
import styles from "./batch-analysis.module.css";

/** The database adds it up over all rows, so not by the second. */
const refreshMs = 10_000;
const formatNumber = (value: number) => formatCount(Math.round(value * 1_000) / 1_000);
const formatWhole = (value: number) => formatCount(Math.round(value));

/** To three figures: what rows of a batch cost often lies closer together than sums elsewhere have to tell. */
const dollars = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
});
const formatRowCost = (micros: number) =>
  micros === 0 ? "$0" : dollars.format(micros / 1_000_000);

/** What came out of the batch: how results, costs and times lie, and what failed. */
export function BatchAnalysis({ batch }: { batch: BatchProgress }) {
  const { id, status } = batch;
  const { data, error } = useQuery({
    queryKey: ["batches", id, "analysis", status],
    queryFn: () => client.batches.analysis(id),
    refetchInterval: status === "running" ? refreshMs : false,
    placeholderData: (before: Analysis | undefined) => before,
  });
  if (error && !data) return <ErrorPanel error={error} />;
  if (!data) return <Skeleton height={320} aria-busy="true" aria-label="Loading" />;
  if (!data.duration && data.failures.length === 0) {
    return (
      <Empty title="Nothing to analyse yet">
        Once rows have ended, this shows what came out of them, and what they cost and took.
      </Empty>
    );
  }
  return (
    <div className={styles["sections"]}>
      <Section title="What a row takes">
        <div className={styles["charts"]}>
          {data.cost && <DistributionChart name="Cost" of={data.cost} show={formatRowCost} />}
          {data.duration && (
            <DistributionChart name="Duration" of={data.duration} show={formatDuration} />
          )}
          {data.tokens && <DistributionChart name="Tokens" of={data.tokens} show={formatWhole} />}
        </div>
      </Section>
      {data.overTime.length > 0 && (
        <Section title="Rows that ended, over time">
          <OverTimeChart stretches={data.overTime} />
        </Section>
      )}
      {data.failures.length > 0 && <FailureGroups batch={batch} groups={data.failures} />}
      {data.fields.length > 0 && (
        <Section title="Results" aside="fields of the completed rows' outputs">
          <div className={styles["charts"]}>
            {data.fields.map((field) =>
              field.numbers && field.numbers.count * 2 > field.count ? (
                <DistributionChart
                  key={field.name}
                  name={field.name}
                  of={field.numbers}
                  show={formatNumber}
                />
              ) : (
                <ValueBars key={field.name} field={field} />
              ),
            )}
          </div>
        </Section>
      )}
    </div>
  );
}
