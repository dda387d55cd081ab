import type { Artifact } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes } from "../../components/count.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { artifactContentQuery } from "./artifact-queries.ts";
import { linesOf, mostShownBytes, type ContentKind } from "./content-kind.ts";
import { ArtifactImage } from "./artifact-image.tsx";
import { CsvTable } from "./csv-table.tsx";
import { DocumentView } from "./document-view.tsx";
import { LineView } from "./line-view.tsx";
import styles from "./artifact-content.module.css";

interface ArtifactContentProps {
  artifact: Artifact;
  kind: ContentKind;
}

export function ArtifactContent({ artifact, kind }: ArtifactContentProps) {
  if (kind === "other" || (kind !== "document" && artifact.bytes > mostShownBytes)) {
    return (
      <Empty title="It is not shown here" command={`flotilla artifacts get ${artifact.id}`}>
        {kind === "other"
          ? `Content of the type ${artifact.mediaType} can be saved.`
          : `It has ${formatBytes(artifact.bytes)}, too much for a page. It can be saved.`}
      </Empty>
    );
  }
  return <Loaded artifact={artifact} kind={kind} />;
}

function Loaded({ artifact, kind }: ArtifactContentProps) {
  if (kind === "document") return <DocumentView id={artifact.id} />;
  if (kind === "image") {
    const { id, mediaType, name } = artifact;
    return (
      <div className={styles["image"]}>
        <ArtifactImage id={id} mediaType={mediaType} name={name} />
      </div>
    );
  }
  return <LoadedText artifact={artifact} kind={kind} />;
}

function LoadedText({ artifact, kind }: ArtifactContentProps) {
  const { data, error, refetch } = useQuery(artifactContentQuery(artifact.id));
  const shown = useQuery({
    queryKey: ["artifacts", artifact.id, "text"],
    queryFn: () => (data as Blob).text(),
    enabled: data !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (shown.data === undefined) {
    return (
      <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading the content" />
    );
  }
  const text = shown.data;
  switch (kind) {
    case "markdown":
      return (
        <article className={styles["page"]} aria-label={artifact.name}>
          <Markdown text={text} />
        </article>
      );
    case "csv":
      return <CsvTable text={text} />;
    default:
      return <LineView lines={linesOf(kind, text)} />;
  }
}
