import type { Artifact } from "@flotilla/core";
import { SegmentedControl, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CopyId, shortId } from "../../components/copy-id.tsx";
import { formatBytes } from "../../components/count.tsx";
import { DownloadButton } from "../../components/download-button.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { Missing } from "../../components/missing.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ArtifactContent } from "./artifact-content.tsx";
import { artifactQuery } from "./artifact-queries.ts";
import { contentKind, type ContentKind } from "./content-kind.ts";

const route = getRouteApi("/artifacts/$artifactId");

/** What it is shown as, beside its source. */
const shownWords: Partial<Record<ContentKind, string>> = {
  csv: "Table",
  markdown: "Page",
  image: "Image",
};

/** What a run has made, and what it holds. Nothing of it is ever run in the browser. */
export function ArtifactPage() {
  const { artifactId } = route.useParams();
  const { data, error, refetch } = useQuery(artifactQuery(artifactId));
  if (!data) {
    return error ? (
      <Missing title="Artifact" error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={320} role="status" aria-busy="true" aria-label="Loading the artifact" />
    );
  }
  return <LoadedArtifact key={artifactId} artifact={data} />;
}

function LoadedArtifact({ artifact }: { artifact: Artifact }) {
  const { id, runId, name, mediaType } = artifact;
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const kind = contentKind(artifact);
  const hasSource = kind === "markdown" || kind === "csv" || mediaType.startsWith("image/svg");
  return (
    <>
      <PageHeader
        title={name}
        above={
          <Link className="plain" to="/runs/$runId" params={{ runId }}>
            Run {shortId(runId)}
          </Link>
        }
        below={<About artifact={artifact} />}
        actions={
          <>
            {hasSource && (
              <SegmentedControl
                size="xs"
                aria-label="View"
                data={[
                  { value: "shown", label: shownWords[kind] },
                  { value: "source", label: "Source" },
                ]}
                value={view ?? "shown"}
                onChange={(next) =>
                  void navigate({
                    search: { view: next === "source" ? next : undefined },
                    replace: true,
                  })
                }
              />
            )}
            <DownloadButton
              path={`/artifacts/${id}`}
              query={{}}
              name={name}
              label={`Download ${name}`}
            >
              Download
            </DownloadButton>
          </>
        }
      />
      <Stack>
        <ArtifactContent
          artifact={artifact}
          kind={hasSource && view === "source" ? "text" : kind}
        />
      </Stack>
    </>
  );
}

function About({ artifact }: { artifact: Artifact }) {
  const { id, mediaType, bytes, labels, sha256, createdAt } = artifact;
  return (
    <>
      <span>{mediaType}</span>
      <span>{formatBytes(bytes)}</span>
      <span>
        made <RelativeTime at={createdAt} />
      </span>
      {labels.length > 0 && (
        <span>
          holds <LabelList labels={labels} />
        </span>
      )}
      <CopyId id={id} />
      <span title={sha256}>
        SHA-256 <span className="mono">{sha256.slice(0, 12)}…</span>
      </span>
    </>
  );
}
