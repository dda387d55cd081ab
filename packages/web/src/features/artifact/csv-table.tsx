import { Text } from "@mantine/core";
import { useMemo, type ReactNode } from "react";
import { formatPlural } from "../../components/count.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { LineView } from "./line-view.tsx";
import { readCsv } from "./read-csv.ts";

interface Row {
  number: number;
  cells: string[];
}

/** Nothing is none, and counts as one. */
const numeric = /^(?:[-+]?[$€£]?\d[\d,]*(?:\.\d+)?\s?%?)?$/;

const keyOf = ({ number }: Row) => number;

function cellOf(text: string | undefined): ReactNode {
  return <span title={text}>{text}</span>;
}

/** The first line names the columns. What cannot be read as CSV is shown as the text that it is. */
export function CsvTable({ text }: { text: string }) {
  const csv = useMemo(() => readCsv(text), [text]);
  const columns = useMemo(
    () =>
      csv?.columns.map((header, index): Column<Row> => ({
        header,
        width: "minmax(110px, 1fr)",
        ...(csv.rows.every(({ [index]: cell = "" }) => numeric.test(cell)) && { align: "end" }),
        cell: ({ cells }) => cellOf(cells[index]),
      })),
    [csv],
  );
  if (!csv || !columns) return <LineView lines={text.split(/\r?\n/)} />;
  const rows = csv.rows.map((cells, number) => ({ number, cells }));
  return (
    <div>
      <Text size="xs" c="dimmed" mb={6}>
        {formatPlural(rows.length, "row")}, {formatPlural(columns.length, "column")}
      </Text>
      <DataTable label="Rows" columns={columns} items={rows} keyOf={keyOf} />
    </div>
  );
}
