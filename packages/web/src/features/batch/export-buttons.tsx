import type { RunStatus } from "@flotilla/core";
import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { apiUrl } from "../../data/client.ts";

interface ExportButtonsProps {
  batchId: string;
  /** Only rows of this status. */
  status: RunStatus | undefined;
}

/** Plain links: the browser streams the file to disk, of any size, while the batch runs too. */
export function ExportButtons({ batchId, status }: ExportButtonsProps) {
  const href = (format: string) => {
    const query = new URLSearchParams({ format, ...(status && { status }) });
    return `${apiUrl(`/batches/${batchId}/export`)}?${query}`;
  };
  return (
    <Group gap={6}>
      {(["jsonl", "csv"] as const).map((format) => (
        <Button
          key={format}
          component="a"
          href={href(format)}
          download={`${batchId}.${format}`}
          variant="default"
          leftSection={<IconDownload size={14} />}
          aria-label={`Export ${status ? `${status} rows` : "results"} as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  );
}
