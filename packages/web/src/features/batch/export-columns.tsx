import type { BatchRow } from "@flotilla/api";
import { Button, Checkbox, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { batchRowsKey } from "./batch-queries.ts";

/** Rows whose columns are offered. */
const sampled = 50;

const ownColumns = [
  ...["row", "status", "run_id", "output", "error_code", "error_message"],
  ...["steps", "input_tokens", "output_tokens", "cost_usd", "started_at", "ended_at"],
];

interface ExportColumnsProps {
  batchId: string;
  /** Empty: all. */
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Which columns the files have; the fields of results are columns too. */
export function ExportColumns({ batchId, chosen, onChange }: ExportColumnsProps) {
  const [isOpen, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: [...batchRowsKey(batchId), "columns"],
    queryFn: () => client.batches.rows(batchId, { limit: sampled }),
    enabled: isOpen,
  });
  const names = [...(data ? fieldsOf(data.items) : []), ...ownColumns];
  return (
    <Popover position="bottom-end" trapFocus opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconColumns3 size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          {chosen.length === 0 ? "All columns" : `Columns: ${chosen.length}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ScrollArea.Autosize mah={360} type="auto">
          <Stack gap={8} p={8} pr={16}>
            <Text size="xs" c="dimmed">
              Of the files. None chosen: all of them.
            </Text>
            {names.map((name) => (
              <Checkbox
                key={name}
                size="xs"
                label={name.replaceAll("_", " ")}
                checked={chosen.includes(name)}
                onChange={({ currentTarget: { checked } }) =>
                  onChange(names.filter((one) => (one === name ? checked : chosen.includes(one))))
                }
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What the first rows were sent with, and what their results hold. A comma is what parts names. */
function fieldsOf(rows: readonly BatchRow[]): string[] {
  const inputs = rows.flatMap(({ data }) => Object.keys(data).map((name) => `input.${name}`));
  const outputs = rows.flatMap(({ output }) =>
    typeof output === "object" && output !== null && !Array.isArray(output)
      ? Object.keys(output).map((name) => `output.${name}`)
      : [],
  );
  return [...new Set([...inputs, ...outputs])].filter((name) => !name.includes(","));
}
