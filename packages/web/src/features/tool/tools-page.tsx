import type { ToolInfo } from "@flotilla/core";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatRoundDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { client } from "../../data/client.ts";
import styles from "./tools-page.module.css";

const recoveries: Record<ToolInfo["recovery"], string> = {
  idempotent: "Runs again with the same key.",
  reconcile: "The tool asks the outside what became of it, then decides.",
  unknown: "Nobody can know: the run waits for a person to decide.",
};

export function ToolsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["tools"],
    queryFn: () => client.tools.list(),
  });
  return (
    <>
      <PageHeader title="Tools" below="What agents may call, when their definition names it." />
      {error && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={240} />}
      {data?.items.length === 0 && <Empty title="No tools">This platform has no tools.</Empty>}
      <Stack gap="sm">
        {data?.items.map((tool) => (
          <ToolCard key={tool.name} tool={tool} />
        ))}
      </Stack>
    </>
  );
}

function ToolCard({ tool }: { tool: ToolInfo }) {
  return (
    <section className={styles["card"]} aria-labelledby={`tool-${tool.name}`}>
      <div>
        <h2 id={`tool-${tool.name}`} className={styles["name"]}>
          {tool.name}
        </h2>
        <Text size="sm" c="dimmed" mb="sm">
          {tool.description}
        </Text>
        <KeyValue
          pairs={[
            ["After a crash", recoveries[tool.recovery]],
            ["Timeout", formatRoundDuration(tool.timeoutMs)],
            ["Attempts", tool.maxAttempts],
          ]}
        />
      </div>
      <div className={styles["schemas"]}>
        <h3 className={styles["label"]}>Input</h3>
        <JsonView value={tool.input} open={2} />
        <h3 className={styles["label"]}>Output</h3>
        <JsonView value={tool.output} open={1} />
      </div>
    </section>
  );
}
