import type { RunStatus } from "@flotilla/core";
import { Group } from "@mantine/core";
import { DownloadButton } from "../../components/download-button.tsx";

interface ExportButtonsProps {
  batchId: string;
  /** Only rows of this status. */
  status: RunStatus | undefined;
}

/** Files of any size, while the batch runs too. */
export function ExportButtons({ batchId, status }: ExportButtonsProps) {
  return (
    <Group gap={6}>
      {(["jsonl", "csv"] as const).map((format) => (
        <DownloadButton
          key={format}
          path={`/batches/${batchId}/export`}
          query={{ format, status }}
          name={`${batchId}.${format}`}
          label={`Export ${status ? `${status} rows` : "results"} as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </DownloadButton>
      ))}
    </Group>
  );
}
