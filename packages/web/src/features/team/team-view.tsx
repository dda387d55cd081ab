import { isTerminal, type Run, type RunTree } from "@flotilla/core";
import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Cost } from "../../components/cost.tsx";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { refreshMs } from "../../data/query-client.ts";
import { Blackboard } from "./blackboard.tsx";
import { TreeTable } from "./tree-table.tsx";

/** A run with all that it began, and what they share. */
export function TeamView({ run }: { run: Run }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["tree", run.runId],
    queryFn: () => client.runs.tree(run.runId),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : refreshMs),
  });
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Stack role="status" aria-busy="true" aria-label="Loading the tree">
        <Skeleton height={220} radius={10} />
      </Stack>
    );
  }
  const { nodes, total } = data;
  return (
    <Stack gap="lg">
      <Section
        title="Tree of runs"
        aside={
          <>
            {formatPlural(nodes.length, "run")},{" "}
            <Cost micros={total.costMicros} incomplete={total.costIncomplete} /> together
          </>
        }
      >
        <TreeTable nodes={nodes} currentId={run.runId} />
      </Section>
      <Blackboard runId={run.runId} isOver={isOver(data)} />
    </Stack>
  );
}

function isOver(tree: RunTree | undefined): boolean {
  return tree !== undefined && tree.nodes.every(({ status }) => isTerminal(status));
}
