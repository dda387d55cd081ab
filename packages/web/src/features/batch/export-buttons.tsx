import type { RunStatus } from "@flotilla/core";
import { Group } from "@mantine/core";
import { useState } from "react";
import { DownloadButton } from "../../components/download-button.tsx";
import { ExportColumns } from "./export-columns.tsx";

interface ExportButtonsProps {
  batchId: string;
  /** Only rows of this status. */
  status: RunStatus | undefined;
}

/** Files of any size, while the batch runs too. */
export function ExportButtons({ batchId, status }: ExportButtonsProps) {
  const [columns, setColumns] = useState<string[]>([]);
  return (
    <Group gap={6}>
      <ExportColumns batchId={batchId} chosen={columns} onChange={setColumns} />
      {(["jsonl", "csv"] as const).map((format) => (
        <DownloadButton
          key={format}
          path={`/batches/${batchId}/export`}
          query={{ format, status, columns: columns.join(",") || undefined }}
          name={`${batchId}.${format}`}
          label={`Export ${status ? `${status} rows` : "results"} as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </DownloadButton>
      ))}
    </Group>
  );
}
