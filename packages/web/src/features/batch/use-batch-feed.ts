import type { BatchStreamMessage } from "@flotilla/api";
import { toFlotillaError, type BatchProgress, type FlotillaError } from "@flotilla/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { frameBatch } from "../../data/frame-batch.ts";
import { live } from "../../data/live.ts";
import { batchQuery } from "./batch-queries.ts";
import { createCells, type Cells } from "./cells.ts";

/**
 * Follows a batch: its cells, and its progress in the query cache. When the batch ends the
 * stream ends; it is opened again when `status` changes (a retry). Mount it anew per batch.
 */
export function useBatchFeed(batchId: string, status: BatchProgress["status"] | undefined) {
  const cache = useQueryClient();
  const [cells] = useState<Cells>(createCells);
  const [error, setError] = useState<FlotillaError>();
  const isOver = status === "completed" || status === "cancelled";

  useEffect(() => {
    const controller = new AbortController();
    const batch = frameBatch<BatchStreamMessage>((messages) => {
      const changed = messages.flatMap((one) => (one.type === "cells" ? one.cells : []));
      if (changed.length > 0) cells.apply(changed);
      const last = messages.findLast((one) => one.type === "progress");
      if (last) cache.setQueryData(batchQuery(batchId).queryKey, last.progress);
    });
    async function follow() {
      for await (const message of live.batch(batchId, { signal: controller.signal })) {
        batch.push(message);
      }
    }
    follow()
      .catch((thrown: unknown) => {
        if (!controller.signal.aborted) setError(toFlotillaError(thrown));
      })
      .finally(batch.flush);
    return () => {
      controller.abort();
      batch.stop();
    };
  }, [batchId, isOver, cache, cells]);

  return { cells, error };
}
