import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { shortId } from "../../components/copy-id.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { Missing } from "../../components/missing.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { comparisonQuery } from "./comparison-queries.ts";
import { RunName } from "./run-name.tsx";
import { ComparisonFigures } from "./comparison-figures.tsx";
import { ComparisonOutput } from "./comparison-output.tsx";
import { ComparisonSteps } from "./comparison-steps.tsx";
import { ComparisonVerdict } from "./comparison-verdict.tsx";

const route = getRouteApi("/runs/$runId/compare/$otherId");

/** Two runs side by side: what differs first, then how their outputs and steps do, and all figures. */
export function ComparisonPage() {
  const { runId, otherId } = route.useParams();
  const { data, error, refetch } = useQuery(comparisonQuery(runId, otherId));
  if (error && !data) {
    return <Missing title="Comparison" error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <PageHeader
        title="Comparison"
        above={
          <Link className="plain" to="/runs/$runId" params={{ runId }}>
            Run {shortId(runId)}
          </Link>
        }
        heading="Two runs compared"
        below={
          data && (
            <>
              <RunName name="A" run={data.a} />
              <RunName name="B" run={data.b} />
            </>
          )
        }
        actions={
          <LinkButton
            variant="default"
            to="/runs/$runId/compare/$otherId"
            params={{ runId: otherId, otherId: runId }}
          >
            Swap sides
          </LinkButton>
        }
      />
      {data ? (
        <Stack gap="xl">
          <ComparisonVerdict comparison={data} />
          <ComparisonOutput output={data.output} />
          <ComparisonSteps comparison={data} />
          <ComparisonFigures comparison={data} />
        </Stack>
      ) : (
        <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the comparison">
          <Skeleton height={180} />
          <Skeleton height={320} />
        </Stack>
      )}
    </>
  );
}
