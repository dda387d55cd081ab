import type { BatchProgress } from "@flotilla/core";
import { IconPlus } from "@tabler/icons-react";
import { DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useLiveList } from "../../data/use-live-list.ts";
import { batchColumns } from "./batch-columns.tsx";

const idOf = (batch: BatchProgress) => batch.id;

export function BatchesPage() {
  const list = useLiveList({ key: ["batches", "list"], load: client.batches.list, idOf });
  return (
    <>
      <PageHeader title="Batches" actions={<NewBatchButton />} />
      {list.error && !list.items ? (
        <ErrorPanel error={list.error} />
      ) : list.items?.length === 0 ? (
        <Empty
          title="No batches yet"
          command="flotilla batch run <agent> rows.csv --prompt '{{question}}'"
          action={<NewBatchButton />}
        >
          A batch runs one agent over every row of a CSV or JSONL file, hundreds at a time, and
          hands back a file of results.
        </Empty>
      ) : (
        <DataTable
          label="Batches"
          columns={batchColumns}
          items={list.items}
          keyOf={idOf}
          onEndNear={list.loadMore}
        />
      )}
    </>
  );
}

function NewBatchButton() {
  if (!useMay()("batches.write")) return null;
  return (
    <LinkButton to="/batches/new" leftSection={<IconPlus size={14} />}>
      New batch
    </LinkButton>
  );
}
