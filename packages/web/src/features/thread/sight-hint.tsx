import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "../model/model-queries.ts";
import type { Attached } from "./attachment-file.ts";
import styles from "./composer.module.css";

interface SightHintProps {
  attachments: readonly Attached[];
  /** Who answers next. */
  model: string | undefined;
}

/** Says so when an image goes to a model that is not shown any. */
export function SightHint({ attachments, model }: SightHintProps) {
  const hasImage = attachments.some(({ isImage }) => isImage);
  const { data } = useQuery({ ...modelsQuery, refetchInterval: false, enabled: hasImage });
  const known = data?.items.find((one) => one.model === model);
  if (!hasImage || known?.seesImages !== false) return null;
  return (
    <p className={styles["hint"]} role="status">
      {model} is not shown images: it reads their names alone.
    </p>
  );
}
