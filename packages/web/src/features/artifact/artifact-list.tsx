import type { Artifact } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { formatBytes } from "../../components/count.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { artifactsQuery } from "./artifact-queries.ts";

const columns: Column<Artifact>[] = [
  {
    header: "Name",
    width: "minmax(160px, 1fr)",
    cell: ({ id, name }) => (
      <RowLink to="/artifacts/$artifactId" params={{ artifactId: id }}>
        {name}
      </RowLink>
    ),
  },
  { header: "Type", width: "minmax(140px, 1fr)", cell: ({ mediaType }) => mediaType },
  {
    header: "Holds",
    width: "minmax(120px, 1fr)",
    dropOrder: 1,
    cell: ({ labels }) => labels.join(", "),
  },
  { header: "Size", width: "90px", align: "end", cell: ({ bytes }) => formatBytes(bytes) },
  {
    header: "Made",
    width: "120px",
    align: "end",
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];

const keyOf = ({ id }: Artifact) => id;

/** What a run has made, and results of its calls that are too large for its journal. */
export function ArtifactList({ runId }: { runId: string }) {
  const { data, error, refetch } = useQuery(artifactsQuery(runId));
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0) {
    return (
      <Empty title="No artifacts" command={`flotilla artifacts list ${runId}`}>
        Charts, images and documents that a run makes are here, and results of calls that are too
        large for its journal.
      </Empty>
    );
  }
  return <DataTable label="Artifacts" columns={columns} items={data?.items} keyOf={keyOf} />;
}
