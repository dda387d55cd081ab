import type { ArtifactRef } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { formatBytes } from "../../components/count.tsx";
import { isShownImage } from "../../components/shown-image.ts";
import { artifactImageQuery } from "./artifact-queries.ts";
import { mostShownBytes } from "./content-kind.ts";
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
  const shown = useQuery({ ...artifactImageQuery(id, mediaType), enabled: isShown });
  if (!isShown || shown.error) return `${alt}, ${formatBytes(bytes)}`;
  if (shown.data === undefined) return <Skeleton width={160} height={160} />;
  return <img src={shown.data} alt={alt} />;
}
