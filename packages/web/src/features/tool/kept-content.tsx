import type { ToolCalled } from "@flotilla/api";
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { formatBytes } from "../../components/count.tsx";
import { isShownImage } from "../../components/shown-image.ts";
import { saveFile } from "../../data/save-file.ts";
import styles from "./kept-content.module.css";

type Kept = ToolCalled["kept"][number];

/** What a call has kept: an image is shown, anything can be saved. */
export function KeptContent({ content }: { content: Kept }) {
  const { name, mediaType, bytes, base64 } = content;
  return (
    <figure className={styles["kept"]}>
      {isShownImage(mediaType) && (
        <img className={styles["image"]} src={`data:${mediaType};base64,${base64}`} alt={name} />
      )}
      <figcaption className={styles["caption"]}>
        <span>{name}</span>
        <span className="dimmed">
          {mediaType}, {formatBytes(bytes)}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconDownload size={12} aria-hidden />}
          aria-label={`Download ${name}`}
          onClick={() => saveFile(name, blobOf(content))}
        >
          Download
        </Button>
      </figcaption>
    </figure>
  );
}

function blobOf({ base64, mediaType }: Kept): Blob {
  const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0);
  return new Blob([bytes], { type: mediaType });
}
