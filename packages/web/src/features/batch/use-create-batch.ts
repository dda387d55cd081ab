import type { BatchCreate, RowsLoaded } from "@flotilla/api";
import type { BatchProgress } from "@flotilla/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import type { FileFormat } from "./sample-rows.ts";

export interface BatchPlan {
  batch: BatchCreate;
  file: File;
  format: FileFormat;
}

interface CreatedBatch {
  batch: BatchProgress;
  loaded: RowsLoaded;
}

/**
 * Creates the batch, streams the file into it, and starts it when every row is good. With bad
 * rows it stays a draft, so that a person decides. A draft whose file was refused is cancelled.
 */
export function useCreateBatch() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ batch: settings, file, format }: BatchPlan): Promise<CreatedBatch> => {
      const batch = await client.batches.create(settings);
      try {
        const loaded = await client.batches.load(batch.id, format, file);
        if (loaded.bad === 0) await client.batches.act(batch.id, "start");
        return { batch, loaded };
      } catch (error) {
        await client.batches.act(batch.id, "cancel").catch(() => undefined);
        throw error;
      }
    },
    onSuccess: async ({ batch, loaded }) => {
      if (loaded.bad > 0) return;
      await navigate({ to: "/batches/$batchId", params: { batchId: batch.id } });
    },
  });
}
