import type { ArtifactRef } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatBytes } from "../../components/count.tsx";
import { isShownImage } from "../../components/shown-image.ts";
import { artifactContentQuery } from "./artifact-queries.ts";
import { mostShownBytes } from "./content-kind.ts";
import { imageData } from "./image-data.ts";
import styles from "./artifact-images.module.css";

/** Artifacts that are images, side by side; each leads to its page. */
export function ArtifactImages({ images }: { images: readonly ArtifactRef[] }) {
  return (
    <ul className={styles["images"]}>
      {images.map((image, index) => (
        <li key={image.id}>
          <Link
            to="/artifacts/$artifactId"
            params={{ artifactId: image.id }}
            className={styles["image"]}
          >
            <Shown image={image} alt={`Image ${index + 1} of ${images.length}`} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Shown({ image, alt }: { image: ArtifactRef; alt: string }) {
  const { id, mediaType, bytes } = image;
  const isShown = isShownImage(mediaType) && bytes <= mostShownBytes;
  const content = useQuery({ ...artifactContentQuery(id), enabled: isShown });
  const shown = useQuery({
    queryKey: ["artifacts", id, "data-url"],
    queryFn: () => imageData(content.data as Blob, mediaType),
    enabled: content.data !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (!isShown || content.error) return `${alt}, ${formatBytes(bytes)}`;
  if (shown.data === undefined) return <Skeleton width={160} height={160} />;
  return <img src={shown.data} alt={alt} />;
}
