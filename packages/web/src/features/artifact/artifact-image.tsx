import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { artifactImageQuery } from "./artifact-queries.ts";
import styles from "./artifact-content.module.css";

interface ArtifactImageProps {
  id: string;
  mediaType: string;
  name: string;
  /** As a preview. */
  isSmall?: boolean;
}

/** An artifact as an image; whatever an SVG holds, a browser runs no script in an image. */
export function ArtifactImage({ id, mediaType, name, isSmall = false }: ArtifactImageProps) {
  const { data, error } = useQuery(artifactImageQuery(id, mediaType));
  if (error) return <span className="dimmed">{name} is not there any more.</span>;
  if (data === undefined)
    return <Skeleton height={isSmall ? 72 : 160} width={isSmall ? 96 : 240} />;
  return <img className={styles[isSmall ? "small" : "shown"]} src={data} alt={name} />;
}
