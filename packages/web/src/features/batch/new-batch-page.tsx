import { getRouteApi, Link } from "@tanstack/react-router";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { LoadOutcome } from "./load-outcome.tsx";
import { NewBatchForm } from "./new-batch-form.tsx";
import { useCreateBatch } from "./use-create-batch.ts";

const route = getRouteApi("/batches/new");

/** From a file to a running batch. */
export function NewBatchPage() {
  const { agent } = route.useSearch();
  const create = useCreateBatch();
  const may = useMay();
  return (
    <>
      <PageHeader
        title="New batch"
        above={
          <Link className="plain" to="/batches">
            Batches
          </Link>
        }
        below="One agent over every row of a CSV or JSONL file."
      />
      {!may("batches.write") ? (
        <NotAllowed permission="batches.write" />
      ) : create.data ? (
        <LoadOutcome batch={create.data.batch} loaded={create.data.loaded} />
      ) : (
        <NewBatchForm
          agent={agent ?? null}
          isPending={create.isPending}
          error={create.error}
          onCreate={create.mutate}
        />
      )}
    </>
  );
}
